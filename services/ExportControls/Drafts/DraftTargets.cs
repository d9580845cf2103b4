using Chokepoint.ExportControls.Data;
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
        var numbers = drafts.SelectMany(TargetsOf).Select(t => t.Target.DocumentNumber!).Distinct(StringComparer.Ordinal).ToArray();
        if (numbers.Length is 0) return drafts;
        var known = await db.Notices.AsNoTracking().Where(n => numbers.Contains(n.DocumentNumber))
            .Select(n => new { n.Issuer, n.DocumentNumber, Clauses = n.Clauses.Where(c => !c.IsRemoved).Select(c => c.Number).ToList() })
            .ToDictionaryAsync(n => (n.Issuer, n.DocumentNumber), n => n.Clauses, cancellationToken);
        return [.. drafts.Select(draft =>
        {
            var faults = draft.Faults.ToDictionary(StringComparer.Ordinal);
            foreach (var (i, target) in TargetsOf(draft))
            {
                if (!known.TryGetValue((target.Issuer!, target.DocumentNumber!), out var clauses))
                    faults.TryAdd($"/actions/{i}/target/documentNumber", [$"Is no notice of {target.Issuer} that is known here."]);
                else if (target.Clause is { } clause && !clauses.Contains(clause, StringComparer.Ordinal))
                    faults.TryAdd($"/actions/{i}/target/clause", [$"Is no clause of {target.Issuer} {target.DocumentNumber}."]);
            }
            return faults.Count == draft.Faults.Count ? draft : draft with { Faults = faults };
        })];
    }

    /// <summary>Those of other notices, by the place of the action.</summary>
    private static IEnumerable<(int Index, TargetRequest Target)> TargetsOf(DraftResource draft) =>
        draft.State is DraftState.Confirmed or DraftState.Rejected
            ? []
            : (draft.Notice.Actions ?? []).Index().Select(a => (a.Index, a.Item?.Target!))
                .Where(a => a.Item2 is { Issuer: not null, DocumentNumber: not null }
                    && (a.Item2.Issuer != draft.Notice.Issuer || a.Item2.DocumentNumber != draft.Notice.DocumentNumber));
}
