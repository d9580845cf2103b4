using System.Security.Cryptography;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Notices;

/// <summary>What the platform is told about a clause: its scope, its schedule, and the state it is in at an instant.</summary>
internal static class ClauseStatement
{
    /// <param name="row">Holds the version and the status that were announced before; neither is changed here.</param>
    public static ControlStateChanged Of(
        ClauseRow row, NoticeDocument notice, ClauseDocument clause, IReadOnlyList<ControlInterval> schedule, ControlInterval state, DateTimeOffset now) => new()
    {
        EventId = Guid.CreateVersion7(now),
        Version = row.Version + 1,
        OccurredAt = now,
        NoticeId = row.NoticeId,
        Issuer = notice.Issuer,
        DocumentNumber = notice.DocumentNumber,
        Title = notice.Title,
        Clause = clause.Number,
        Measure = clause.Measure,
        Minerals = row.Minerals,
        Stages = ClauseScope.StagesOf(clause),
        HsCodes = ClauseScope.HsCodesOf(clause),
        Destinations = clause.Destinations,
        ExcludedDestinations = clause.ExcludedDestinations,
        EndUse = clause.EndUse,
        Quota = clause.Quota,
        Extraterritorial = clause.Extraterritorial,
        PreviousStatus = row.Status,
        Status = state.Status,
        StateSince = state.From,
        Basis = state.Basis,
        EffectiveFrom = clause.EffectiveFrom,
        EffectiveUntil = row.EffectiveUntil,
        Schedule = schedule,
        Confidence = notice.Confidence,
        Sources = notice.Sources,
    };

    /// <summary>What the platform is told of a boundary ahead.</summary>
    public static ControlBoundaryApproaching Of(
        Reminder reminder, ClauseRow row, NoticeDocument notice, ClauseDocument clause, IReadOnlyList<ControlInterval> schedule,
        DateOnly today, DateTimeOffset now)
    {
        var next = ClauseSchedule.On(schedule, reminder.On);
        return new ControlBoundaryApproaching
        {
            EventId = Guid.CreateVersion7(now),
            Version = row.Version,
            OccurredAt = now,
            NoticeId = row.NoticeId,
            Issuer = notice.Issuer,
            DocumentNumber = notice.DocumentNumber,
            Title = notice.Title,
            Clause = clause.Number,
            Measure = clause.Measure,
            Minerals = row.Minerals,
            Destinations = clause.Destinations,
            ExcludedDestinations = clause.ExcludedDestinations,
            EndUse = clause.EndUse,
            On = reminder.On,
            At = IssuerDay.StartOf(row.Issuer, reminder.On),
            LeadDays = reminder.LeadDays,
            DaysLeft = reminder.On.DayNumber - today.DayNumber,
            Status = ClauseSchedule.On(schedule, today).Status,
            NextStatus = next.Status,
            Basis = next.Basis,
            Confidence = notice.Confidence,
            Sources = notice.Sources,
        };
    }

    /// <summary>
    /// Identity of what a statement says. The sources are left out: one more reader of the same notice is no news of the clause.
    /// </summary>
    public static byte[] ContentOf(ControlStateChanged statement) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        statement with { EventId = default, Version = 0, OccurredAt = default, PreviousStatus = null, Sources = [], Silent = false },
        EventJson.Options));
}
