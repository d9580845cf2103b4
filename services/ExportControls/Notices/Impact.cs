using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.Reference;

namespace Chokepoint.ExportControls.Notices;

/// <summary>What a write touches: clauses of this notice and of others, the minerals and destinations they stand between, what comes next.</summary>
/// <param name="Destinations">Null when a touched clause is for every destination.</param>
internal sealed record Impact(
    IReadOnlyList<ClauseImpact> Clauses,
    IReadOnlyList<string> Minerals,
    IReadOnlyList<string>? Destinations,
    IReadOnlyList<BoundaryAhead> Boundaries)
{
    public static Impact Of(IReadOnlyList<ClauseChange> changes, DateTimeOffset now)
    {
        var ahead =
            from change in changes
            let today = Economies.DayOf(change.Row.Issuer, now)
            from interval in change.Row.ScheduleAsKnown()
            where interval.From > today
            orderby interval.From
            select new BoundaryAhead(change.Row.Issuer, change.Row.DocumentNumber, change.Row.Number, interval.From,
                interval.From.DayNumber - today.DayNumber, interval.Status, interval.Basis);
        return new Impact(
            [.. changes.Select(c => new ClauseImpact(
                c.Row.Issuer, c.Row.DocumentNumber, c.Row.Number, c.Previous, c.State.Status, c.State.From, c.State.Basis, c.IsAnnounced))],
            [.. changes.SelectMany(c => c.Row.Minerals).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            changes.Any(c => c.Row.Destinations is null)
                ? null
                : [.. changes.SelectMany(c => c.Row.Destinations!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. ahead]);
    }
}

/// <param name="PreviousStatus">Null when the clause was not known before.</param>
/// <param name="Announced">Whether the platform was told: not where nothing about the clause is new.</param>
internal sealed record ClauseImpact(
    string Issuer, string DocumentNumber, string Clause,
    ControlStatus? PreviousStatus, ControlStatus Status, DateOnly StateSince, StatusBasis Basis, bool Announced);

/// <summary>A day to come on which a clause changes its status.</summary>
internal sealed record BoundaryAhead(
    string Issuer, string DocumentNumber, string Clause, DateOnly On, int DaysLeft, ControlStatus Status, StatusBasis Basis);

/// <summary>A clause brought to what is known now.</summary>
internal sealed record ClauseChange(ClauseRow Row, ControlStatus? Previous, ControlInterval State, bool IsAnnounced);
