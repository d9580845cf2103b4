using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Notices;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Drafts;

/// <summary>Whether what a draft acts on is known here: until it is, confirming the draft is refused, and the draft says so.</summary>
internal static class DraftTargets
{
    /// <summary>The drafts, those that are open with a fault for each target that is no notice, or no clause of one.</summary>
    public static async Task<IReadOnlyList<DraftResource>> WithUnknownAsync(
        ControlsDbContext db, IReadOnlyList<DraftResource> drafts, CancellationToken cancellationToken)
    {
        var targets = drafts.SelectMany(TargetsOf).Select(t => t.Target).ToList();
        if (targets.Count is 0) return drafts;
        var numbers = targets.Select(t => t.DocumentNumber!).Distinct(StringComparer.Ordinal).ToArray();
        var keys = targets.Select(t => NoticeKey.Of(t.Issuer!, t.DocumentNumber!).Number).Distinct(StringComparer.Ordinal).ToArray();
        var known = await db.Notices.AsNoTracking().Where(n => numbers.Contains(n.DocumentNumber) || keys.Contains(n.NumberKey!))
            .Select(n => new { n.Id, n.Issuer, n.DocumentNumber, n.NumberKey, Clauses = n.Clauses.Where(c => !c.IsRemoved).Select(c => c.Number).ToList() })
            .ToDictionaryAsync(n => new NoticeName(n.Id, n.Issuer, n.DocumentNumber, n.NumberKey), n => n.Clauses, cancellationToken);
        var names = new NoticeNames([.. known.Keys]);
        return [.. drafts.Select(draft =>
        {
            var faults = draft.Faults.ToDictionary(StringComparer.Ordinal);
            foreach (var (i, target) in TargetsOf(draft))
            {
                if (names.Find(target.Issuer!, target.DocumentNumber!) is not { } name)
                    faults.TryAdd($"/actions/{i}/target/documentNumber", [ActionScene.UnknownNotice(target.Issuer!)]);
                else if (target.Clause is { } clause && !known[name].Contains(clause, StringComparer.Ordinal))
                    faults.TryAdd($"/actions/{i}/target/clause", [ActionScene.UnknownClause(target.Issuer!, name.DocumentNumber, known[name])]);
            }
            return faults.Count == draft.Faults.Count ? draft : draft with { Faults = faults };
        })];
    }

    /// <summary>Those of other notices, by the place of the action.</summary>
    private static IEnumerable<(int Index, TargetRequest Target)> TargetsOf(DraftResource draft) =>
        draft.State is DraftState.Confirmed or DraftState.Rejected
            ? []
            : (draft.Notice.Actions ?? []).Index().Select(a => (a.Index, a.Item?.Target!))
                .Where(a => a.Item2 is { Issuer: { } issuer, DocumentNumber: { } number } && !IsItself(draft.Notice, issuer, number));

    private static bool IsItself(NoticeRequest notice, string issuer, string number) =>
        notice.Issuer == issuer && notice.DocumentNumber is { } own
        && (own == number || NoticeKey.Of(issuer, own, notice.Authority) == NoticeKey.Of(issuer, number));
}
