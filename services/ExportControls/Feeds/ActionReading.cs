using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.ExportControls.Notices;

namespace Chokepoint.ExportControls.Feeds;

/// <summary>The actions of a draft, each field with its words: the same for every feed.</summary>
internal static class ActionReading
{
    /// <param name="issuer">Of the document's notice: an announcement that names no issuer of its own is theirs.</param>
    /// <param name="own">The document's own number, which is no earlier notice.</param>
    /// <param name="effective">The day on which the document takes effect, where a sentence names none.</param>
    public static IReadOnlyList<ActionRequest> Read(
        Evidence evidence, IReadOnlyList<ActionFound> found, IReadOnlyList<SourceText> texts,
        string? issuer, string? own, Found<DateOnly?> announced, Found<DateOnly?>? effective)
    {
        var acting = found.Where(a => a.Target.Value.Number != own).ToList();
        if (acting.Count is 0)
        {
            var cited = texts.Select(t => NoticeNumbers.CitedByPage(t.Text)).FirstOrDefault(c => c is not null);
            evidence.Remark("/actions", "No words were found that act on an earlier notice named by its number."
                + (cited is null ? "" : $" It cites {cited}, which does not tell the number."));
            return [];
        }
        return [.. acting.Select((action, i) => new ActionRequest
        {
            Action = evidence.Of($"/actions/{i}/action", As<ActionKind, ActionKind?>(action.Kind, k => k), ""),
            Target = new TargetRequest(
                action.Target.Value.Issuer ?? issuer,
                evidence.Of($"/actions/{i}/target/documentNumber", As(action.Target, t => t.Number), ""),
                evidence.Of($"/actions/{i}/target/clause", action.Clause, "The sentence names no clause; null, confirmed as it is, means every clause.")),
            From = evidence.Of($"/actions/{i}/from", FromOf(action, announced, effective), "No day is named from which it acts."),
            Until = action.Kind.Value is ActionKind.Resume or ActionKind.Repeal ? null
                : evidence.Of($"/actions/{i}/until", action.Until is null ? null : As<DateOnly, DateOnly?>(action.Until, d => d), "No last day is named; null, confirmed as it is, means that it has none."),
        })];
    }

    private static Found<DateOnly?>? FromOf(ActionFound action, Found<DateOnly?> announced, Found<DateOnly?>? effective)
    {
        if (action.From is { } named) return As<DateOnly, DateOnly?>(named, d => d);
        if (action.AtOnce) return announced with { Field = action.Kind.Field, Text = action.Kind.Text, Rule = "at once: the day of its announcement" };
        return effective is null ? null : effective with { Rule = "the day on which the document takes effect" };
    }

    private static Found<TOther> As<T, TOther>(Found<T> found, Func<T, TOther> value) => new(value(found.Value), found.Field, found.Text, found.Rule);
}
