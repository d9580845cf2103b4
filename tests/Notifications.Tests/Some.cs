using Chokepoint.Contracts;

namespace Chokepoint.Notifications.Tests;

/// <summary>Events as other services publish them, each new.</summary>
internal static class Some
{
    public static RiskScoreChanged Score(
        string economy = "USA", string mineral = "gallium", double? previous = 60.5, double current = 69.4, Guid? cause = null) => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = 2,
        OccurredAt = TimeProvider.System.GetUtcNow(),
        Economy = economy,
        Mineral = mineral,
        Stage = Stage.Processing,
        Previous = previous is { } p ? new(p, LevelOf(p), 1) : null,
        Current = new(current, LevelOf(current), 2),
        Deltas = [new("controls", current - (previous ?? 0), "a control came into force")],
        Causes = cause is { } id ? [new(id, "control", "CHN 2024-46 clause 2")] : [],
        Method = "live-1",
        Inputs = [new("production", "USGS MCS 2026")],
    };

    public static ControlStateChanged Control(
        string[]? destinations = null, string[]? excluded = null, string[]? minerals = null, string issuer = "CHN", bool silent = false) => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = 1,
        OccurredAt = TimeProvider.System.GetUtcNow(),
        NoticeId = Guid.CreateVersion7(),
        Issuer = issuer,
        DocumentNumber = "2024-46",
        Title = "A notice",
        Clause = "2",
        Measure = Measure.Prohibition,
        Minerals = minerals ?? ["gallium"],
        Stages = [],
        HsCodes = ["811292"],
        Destinations = destinations,
        ExcludedDestinations = excluded ?? [],
        Status = ControlStatus.InForce,
        StateSince = new DateOnly(2026, 11, 28),
        Basis = StatusBasis.Notice,
        EffectiveFrom = new DateOnly(2026, 11, 28),
        Schedule = [],
        Confidence = Confidence.Confirmed,
        Sources = [],
        Silent = silent,
    };

    public static ControlBoundaryApproaching Boundary(string[]? destinations = null, int leadDays = 7) => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = 1,
        OccurredAt = TimeProvider.System.GetUtcNow(),
        NoticeId = Guid.CreateVersion7(),
        Issuer = "CHN",
        DocumentNumber = "2024-46",
        Title = "A notice",
        Clause = "2",
        Measure = Measure.Prohibition,
        Minerals = ["gallium"],
        Destinations = destinations,
        ExcludedDestinations = [],
        On = new DateOnly(2026, 11, 28),
        At = new DateTimeOffset(2026, 11, 27, 16, 0, 0, TimeSpan.Zero),
        LeadDays = leadDays,
        DaysLeft = leadDays,
        Status = ControlStatus.Suspended,
        NextStatus = ControlStatus.InForce,
        Basis = StatusBasis.Schedule,
        Confidence = Confidence.Confirmed,
        Sources = [],
    };

    public static PriceSignalChanged Price(string mineral = "gallium") => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = 1,
        OccurredAt = TimeProvider.System.GetUtcNow(),
        Mineral = mineral,
        SeriesId = Guid.CreateVersion7(),
        Series = "metal, USD/kg",
        AsOf = new DateOnly(2026, 11, 1),
        Level = SignalLevel.Shock,
        FloorBreached = false,
        Source = "operator",
    };

    public static SupplyProfileChanged Supply(string importer = "USA", string mineral = "gallium") => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = 1,
        OccurredAt = TimeProvider.System.GetUtcNow(),
        Importer = importer,
        Mineral = mineral,
        Period = "2025",
        Suppliers = [new("CHN", 1)],
        Hhi = 10_000,
        HhiLow = 10_000,
        HhiHigh = 10_000,
        Basis = "netWeight",
        HsCodes = ["811292"],
        IsBasket = true,
        Collapse = false,
        Source = "UN Comtrade",
    };

    private static RiskLevel LevelOf(double score) =>
        score < 25 ? RiskLevel.Low : score < 50 ? RiskLevel.Moderate : score < 75 ? RiskLevel.High : RiskLevel.Severe;
}
