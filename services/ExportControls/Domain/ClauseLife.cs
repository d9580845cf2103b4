using Chokepoint.Contracts;

namespace Chokepoint.ExportControls.Domain;

/// <summary>A clause's dates and actions, sorted into what each of its days can be asked.</summary>
internal sealed class ClauseLife
{
    private readonly ClauseDates _dates;
    private readonly List<DayRange> _amendments;
    private readonly List<DayRange> _extensions = [];
    private readonly List<DateOnly> _resumptions;
    private readonly DateOnly? _repealedFrom;

    private ClauseLife(ClauseDates dates, IReadOnlyList<ActionOnClause> actions)
    {
        _dates = dates;
        _resumptions = [.. actions.Where(a => a.Kind is ActionKind.Resume).Select(a => a.From).Order()];
        _amendments = [.. RangesOf(ActionKind.Amend)];
        _repealedFrom = RangesOf(ActionKind.Repeal).Select(r => (DateOnly?)r.From).Min();

        var suspensions = RangesOf(ActionKind.Suspend).ToList();
        foreach (var extension in RangesOf(ActionKind.Extend))
        {
            var running = suspensions.FindIndex(s => s.From < extension.From && s.Until >= extension.From.AddDays(-1));
            if (running < 0) _extensions.Add(extension);
            else suspensions[running] = suspensions[running] with { Until = Later(suspensions[running].Until, extension.Until) };
        }
        Suspensions = [.. suspensions.Select(EndedByResumption).Where(s => !s.IsEmpty)];

        IEnumerable<DayRange> RangesOf(ActionKind kind) => actions
            .Where(a => a.Kind == kind).Select(a => new DayRange(a.From, a.Until)).OrderBy(r => r.From).ThenBy(r => r.Until ?? DateOnly.MaxValue);
    }

    public static ClauseLife Of(ClauseDates dates, IReadOnlyList<ActionOnClause> actions) => new(dates, actions);

    public IReadOnlyList<DayRange> Suspensions { get; }

    public DateOnly? End => _extensions.Aggregate(_dates.EffectiveUntil, (end, extension) => Later(end, extension.Until));

    /// <summary>The days on which the status may change, from the announcement on.</summary>
    public IEnumerable<DateOnly> Boundaries()
    {
        var ranges = Suspensions.Concat(_amendments).Concat(_extensions).Append(new DayRange(_dates.EffectiveFrom, _dates.EffectiveUntil));
        return ranges
            .SelectMany(r => new[] { r.From, AfterEnd(r) })
            .Append(_repealedFrom)
            .OfType<DateOnly>()
            .Where(day => day > _dates.AnnouncedOn)
            .Append(_dates.AnnouncedOn)
            .Distinct()
            .Order();
    }

    /// <param name="acted">Whether the clause was in force on any day before.</param>
    public ControlStatus StatusOn(DateOnly day, bool acted)
    {
        if (_repealedFrom <= day) return ControlStatus.Withdrawn;
        if (_amendments.Exists(a => a.Holds(day))) return ControlStatus.Superseded;
        if (_dates.EffectiveUntil < day && !_extensions.Exists(e => e.Holds(day))) return ControlStatus.Expired;
        if (Suspensions.Any(s => s.Holds(day))) return acted ? ControlStatus.Suspended : ControlStatus.SuspendedBeforeEffect;
        return day < _dates.EffectiveFrom ? ControlStatus.Announced : ControlStatus.InForce;
    }

    /// <summary>Whether a document states that the status begins that day, or only the passing of one does.</summary>
    public StatusBasis BasisOf(ControlStatus status, DateOnly day) => status switch
    {
        ControlStatus.Expired => StatusBasis.Schedule,
        ControlStatus.Announced when day != _dates.AnnouncedOn && !_resumptions.Contains(day) => StatusBasis.Schedule,
        ControlStatus.InForce when day != _dates.EffectiveFrom && day != _dates.AnnouncedOn && !_resumptions.Contains(day)
            && !_extensions.Exists(e => e.From == day) => StatusBasis.Schedule,
        _ => StatusBasis.Notice,
    };

    private DayRange EndedByResumption(DayRange suspension)
    {
        foreach (var day in _resumptions)
            if (suspension.Holds(day)) return suspension with { Until = day.AddDays(-1) };
        return suspension;
    }

    private static DateOnly? AfterEnd(DayRange range) =>
        range.Until is { } until && until < DateOnly.MaxValue ? until.AddDays(1) : null;

    private static DateOnly? Later(DateOnly? a, DateOnly? b) => a is null || b is null ? null : a > b ? a : b;
}
