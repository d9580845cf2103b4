using Chokepoint.Contracts;
using Chokepoint.ExportControls.Clauses;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.ExportControls.Notices;

/// <summary>
/// Refuses what does not fit among the notices it meets, every fault named by its pointer. What operators recorded must fit together;
/// what ships gives way to it and is held against its like alone.
/// </summary>
internal static class SceneCheck
{
    /// <exception cref="ProblemException">422.</exception>
    public static void Check(ActionScene scene, NoticeRow notice)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        CheckOwnClauses(scene, notice, errors);
        foreach (var (index, action, targets) in scene.Actions)
        {
            var pointer = $"/actions/{index}";
            if (targets.Count == 0)
            {
                // An operator's wording of the target may lack the clause that a shipped notice acts on.
                if (notice.Origin is NoticeOrigin.BuiltIn && scene.IsKnown(action.Target)) continue;
                var (member, message) = MissingTarget(scene, action.Target, notice);
                errors.TryAdd($"{pointer}/target/{member}", [message]);
                continue;
            }
            if (ActionScene.Replaces(action.Action) && targets.Exists(scene.ClosesCycle))
                errors.TryAdd($"{pointer}/target", ["Closes a cycle: the target amends or repeals this notice, itself or through others. Name a notice that does not."]);
            foreach (var target in targets)
                if (FaultOf(scene, index, target) is var (member, message))
                    errors.TryAdd($"{pointer}/{member}", [$"{Name(target)}: {message}"]);
        }
        if (errors.Count > 0)
            throw new ProblemException(ProblemKind.Invalid, $"{errors.First().Key}: {errors.First().Value[0]}", errors);
    }

    /// <summary>
    /// An action must fit what is recorded, and leave nothing recorded that no longer fits: whichever of two that do not go together
    /// comes second is refused.
    /// </summary>
    private static (string Member, string Message)? FaultOf(ActionScene scene, int index, ClauseRow target)
    {
        var dates = scene.DatesOf(target);
        var all = scene.ActionsOn(target).ToList();
        var action = all.Find(a => a.Index == index).Action;
        var others = all.Where(a => a.Index != index).Select(a => a.Action).ToList();
        if (ActionRules.FaultBesideShipped(action, dates, others) is { } fault) return fault;
        if (action.Yields) return null;
        foreach (var other in others.Where(o => !o.Yields))
        {
            List<ActionOnClause> rest = [.. others];
            rest.Remove(other);
            if (ActionRules.FaultBesideShipped(other, dates, rest) is null
                && ActionRules.FaultBesideShipped(other, dates, [.. rest, action]) is var (_, why))
                return ("from", $"Does not go with the recorded action {EnumNames.Of(other.Kind)} from {other.From:O}, which then: {why}");
        }
        return null;
    }

    /// <summary>A correction must leave what other notices act on.</summary>
    private static void CheckOwnClauses(ActionScene scene, NoticeRow notice, Dictionary<string, string[]> errors)
    {
        foreach (var row in notice.Clauses)
        {
            var foreign = scene.ForeignOn(row).Where(f => !f.Ships || notice.Origin is NoticeOrigin.BuiltIn).ToList();
            if (foreign.Count == 0) continue;
            if (notice.Document.Clauses.All(c => c.Number != row.Number))
            {
                errors.TryAdd("/clauses", [$"Leaves out clause {row.Number}, which {foreign[0].Actor} acts on: keep it, or correct that notice first."]);
                continue;
            }
            var dates = scene.DatesOf(row);
            var index = notice.Document.Clauses.Index().First(c => c.Item.Number == row.Number).Index;
            foreach (var (actor, _, action) in foreign)
            {
                if (action.From < notice.AnnouncedOn)
                {
                    errors.TryAdd("/announcedOn", [$"Is after {action.From:O}, when {actor} acts on clause {row.Number}: must be that day or earlier, or correct that notice first."]);
                    continue;
                }
                var mine = new ActionOnClause(action.Kind, action.From, action.Until, notice.Origin is NoticeOrigin.BuiltIn);
                List<ActionOnClause> others = [.. scene.ActionsOn(row).Select(a => a.Action)];
                others.Remove(mine);
                if (ActionRules.FaultBesideShipped(mine, dates, others) is var (_, why))
                    errors.TryAdd($"/clauses/{index}", [$"Leaves {actor} with an action from {action.From:O} that does not fit: {why}"]);
            }
        }
    }

    private static (string Member, string Message) MissingTarget(ActionScene scene, ClauseTarget target, NoticeRow notice)
    {
        var own = notice.Issuer == target.Issuer && notice.DocumentNumber == target.DocumentNumber;
        return own || scene.IsKnown(target)
            ? ("clause", ActionScene.UnknownClause(target.Issuer, target.DocumentNumber, scene.ClausesOf(target)))
            : ("documentNumber", ActionScene.UnknownNotice(target.Issuer));
    }

    private static string Name(ClauseRow clause) => $"{clause.Issuer} {clause.DocumentNumber} clause {clause.Number}";
}
