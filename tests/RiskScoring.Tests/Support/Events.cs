using Chokepoint.Contracts;

namespace Chokepoint.RiskScoring.Tests.Support;

/// <summary>Events as the registry of controls announces them.</summary>
internal static class Events
{
    public static ControlStateChanged Licence(string issuer, string document, IReadOnlyList<string> minerals, DateTimeOffset? at = null) => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = 1,
        OccurredAt = at ?? DateTimeOffset.UtcNow,
        NoticeId = Guid.CreateVersion7(),
        Issuer = issuer,
        DocumentNumber = document,
        Title = "Licensing of exports",
        Clause = "1",
        Measure = Measure.Licensing,
        Minerals = minerals,
        Stages = [],
        HsCodes = [],
        ExcludedDestinations = [],
        Status = ControlStatus.InForce,
        StateSince = new DateOnly(2023, 8, 1),
        Basis = StatusBasis.Notice,
        EffectiveFrom = new DateOnly(2023, 8, 1),
        Schedule = [new ControlInterval(new DateOnly(2023, 8, 1), null, ControlStatus.InForce, StatusBasis.Notice)],
        Confidence = Confidence.Confirmed,
        Sources = [new SourceReference("https://example.org/2023-23", "primary")],
    };

    /// <summary>China's 2024-46 clause 2 as of November 2025: a ban to the United States, suspended to and including 27 November 2026.</summary>
    public static ControlStateChanged SuspendedBan(DateTimeOffset at) => Licence("CHN", "2024-46", ["gallium", "germanium", "antimony"], at) with
    {
        Clause = "2",
        Measure = Measure.Prohibition,
        Destinations = ["USA"],
        Status = ControlStatus.Suspended,
        StateSince = new DateOnly(2025, 11, 9),
        EffectiveFrom = new DateOnly(2024, 12, 3),
        Schedule =
        [
            new ControlInterval(new DateOnly(2024, 12, 3), new DateOnly(2025, 11, 8), ControlStatus.InForce, StatusBasis.Notice),
            new ControlInterval(new DateOnly(2025, 11, 9), new DateOnly(2026, 11, 27), ControlStatus.Suspended, StatusBasis.Notice),
            new ControlInterval(new DateOnly(2026, 11, 28), null, ControlStatus.InForce, StatusBasis.Schedule),
        ],
    };

    public static ControlStateChanged Next(this ControlStateChanged e, Func<ControlStateChanged, ControlStateChanged> change) =>
        change(e) with { EventId = Guid.CreateVersion7(), Version = e.Version + 1 };
}
