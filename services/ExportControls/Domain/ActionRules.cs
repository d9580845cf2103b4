namespace Chokepoint.ExportControls.Domain;

/// <summary>Whether an action makes sense on a clause beside everything else that acts on it.</summary>
internal static class ActionRules
{
    /// <summary>What is wrong with an action, and in which of its members; null when nothing is.</summary>
    /// <param name="dates">The target's.</param>
    /// <param name="others">Every other action on the same clause, whoever's.</param>
    public static (string Member, string Message)? Fault(ActionOnClause action, ClauseDates dates, IReadOnlyList<ActionOnClause> others)
    {
        if (action.From < dates.AnnouncedOn)
            return ("from", $"Is before its target was announced: must be {dates.AnnouncedOn:O} or later.");
        return action.Kind switch
        {
            ActionKind.Suspend => SuspensionFault(action, dates, others),
            ActionKind.Resume => ResumptionFault(action, dates, others),
            ActionKind.Extend => ExtensionFault(action, dates, others),
            _ => null,
        };
    }

    /// <summary>
    /// What acts on a clause: everything that operators recorded, and of the shipped notices' actions those that go with it. A
    /// function of the set, so that the order in which they became known plays no part.
    /// </summary>
    public static IReadOnlyList<ActionOnClause> Effective(ClauseDates dates, IReadOnlyList<ActionOnClause> actions)
    {
        var kept = actions.Where(a => !a.Yields).ToList();
        if (kept.Count == 0 || kept.Count == actions.Count) return actions;
        foreach (var shipped in actions.Where(a => a.Yields).OrderBy(a => a.From).ThenBy(a => a.Kind).ThenBy(a => a.Until))
            if (Fault(shipped, dates, kept) is null) kept.Add(shipped);
        return kept;
    }

    /// <summary>What is wrong with an action where shipped notices give way to operators' and are checked against their like alone.</summary>
    public static (string Member, string Message)? FaultBesideShipped(ActionOnClause action, ClauseDates dates, IReadOnlyList<ActionOnClause> others)
    {
        if (action.Yields) return Fault(action, dates, [.. others.Where(a => a.Yields)]);
        return Fault(action, dates, others) is { } fault && Fault(action, dates, [.. others.Where(a => !a.Yields)]) is not null ? fault : null;
    }

    private static (string, string)? SuspensionFault(ActionOnClause action, ClauseDates dates, IReadOnlyList<ActionOnClause> others)
    {
        var own = ClauseSchedule.SuspensionsOf(dates, [action, .. others.Where(a => a.Kind is ActionKind.Resume or ActionKind.Extend)]);
        foreach (var other in ClauseSchedule.SuspensionsOf(dates, others))
            if (own.Any(range => range.Overlaps(other)))
                return ("from", $"Begins a suspension that overlaps the one from {other.From:O} to {other.Until?.ToString("O") ?? "no end"}: must be outside it; extend prolongs it.");
        return null;
    }

    private static (string, string)? ResumptionFault(ActionOnClause action, ClauseDates dates, IReadOnlyList<ActionOnClause> others) =>
        ClauseSchedule.SuspensionsOf(dates, others).Any(s => s.Holds(action.From))
            ? null
            : ("from", "Is a day on which no suspension of the clause runs, so that nothing can be resumed: must be a day of one.");

    /// <summary>Held against what ran on its day: a later extension of the same end takes nothing from an earlier one.</summary>
    private static (string, string)? ExtensionFault(ActionOnClause action, ClauseDates dates, IReadOnlyList<ActionOnClause> others)
    {
        var before = others.Where(o => o.Kind is not ActionKind.Extend || o.From < action.From).ToList();
        var running = ClauseSchedule.SuspensionsOf(dates, before)
            .Where(s => s.From < action.From && s.Until >= action.From.AddDays(-1))
            .Select(s => s.Until).FirstOrDefault();
        var end = running ?? ClauseLife.Of(dates, before).End;
        if (end is null) return ("target", "Has no end that could be extended: name a clause with a last day, or one that is suspended until a day.");
        return action.Until <= end ? ("until", $"Must be after {end:O}, the end that it extends.") : null;
    }
}
