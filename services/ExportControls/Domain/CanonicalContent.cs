using System.Globalization;
using System.Text.Json;
using Chokepoint.Contracts;

namespace Chokepoint.ExportControls.Domain;

/// <summary>
/// When two documents are the same notice: the same content in whatever order lists were written whose order means nothing.
/// Sources, confidence, notes and claims of dates are about the notice, not in it: two readers of one notice differ in them.
/// </summary>
internal static class CanonicalContent
{
    /// <summary>Both are put into canonical form anew: a stored form would tie the answer to the model of the day it was stored.</summary>
    public static bool Same(NoticeDocument one, NoticeDocument other) => Text(one).AsSpan().SequenceEqual(Text(other));

    private static byte[] Text(NoticeDocument document)
    {
        var ordered = Ordered(document);
        return JsonSerializer.SerializeToUtf8Bytes(
            ordered with
            {
                Sources = [],
                Confidence = Confidence.Confirmed,
                Notes = null,
                DateClaims = null,
                Clauses = [.. ordered.Clauses.Select(c => c with { DateClaims = null })],
            }, EventJson.Options);
    }

    /// <summary>The document with its lists in one order, and what says nothing left out.</summary>
    public static NoticeDocument Ordered(NoticeDocument document) => document with
    {
        Sources = Ordered(document.Sources),
        Clauses = [.. document.Clauses.Select(Ordered).OrderBy(c => c.Number, ClauseNumberOrder.Instance)],
        Actions = [.. document.Actions
            .OrderBy(a => a.Target.Issuer, StringComparer.Ordinal)
            .ThenBy(a => a.Target.DocumentNumber, StringComparer.Ordinal)
            .ThenBy(a => a.Target.Clause, StringComparer.Ordinal)
            .ThenBy(a => a.From).ThenBy(a => a.Action).ThenBy(a => a.Until)],
    };

    /// <summary>Primary ones first, whichever reader came first.</summary>
    public static IReadOnlyList<SourceReference> Ordered(IReadOnlyList<SourceReference> sources) =>
        [.. sources.Distinct().OrderBy(s => s.Kind, StringComparer.Ordinal).ThenBy(s => s.Url, StringComparer.Ordinal)];

    private static ClauseDocument Ordered(ClauseDocument clause) => clause with
    {
        Minerals = Sorted(clause.Minerals),
        Destinations = clause.Destinations is { } destinations ? Sorted(destinations) : null,
        ExcludedDestinations = Sorted(clause.ExcludedDestinations),
        Stages = clause.Stages is { Count: > 0 } stages ? [.. stages.Distinct().Order()] : null,
        Items = [.. clause.Items
            .Select(i => i with { HsCodes = Sorted(i.HsCodes) })
            .OrderBy(i => i.ControlCode, StringComparer.Ordinal)
            .ThenBy(i => i.Description, StringComparer.Ordinal)
            .ThenBy(i => string.Join(' ', i.HsCodes), StringComparer.Ordinal)],
    };

    private static List<string> Sorted(IReadOnlyList<string> values) =>
        [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>Clause 2 before clause 10, and what bears no number last.</summary>
internal sealed class ClauseNumberOrder : IComparer<string>
{
    public static ClauseNumberOrder Instance { get; } = new();

    public int Compare(string? x, string? y) =>
        LeadingNumber(x).CompareTo(LeadingNumber(y)) is var order and not 0 ? order : StringComparer.Ordinal.Compare(x, y);

    private static long LeadingNumber(string? number)
    {
        var digits = (number ?? "").TakeWhile(char.IsAsciiDigit).Take(18).ToArray();
        return digits.Length == 0 ? long.MaxValue : long.Parse(digits, CultureInfo.InvariantCulture);
    }
}
