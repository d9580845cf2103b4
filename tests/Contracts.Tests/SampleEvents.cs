using Chokepoint.Contracts;

namespace Chokepoint.Contracts.Tests;

/// <summary>One event of each kind, as services publish them; the published examples are made of these.</summary>
internal static class SampleEvents
{
    private static readonly DateTimeOffset Moment = new(2026, 11, 27, 16, 0, 0, 250, TimeSpan.Zero);
    private static readonly Guid Control = Guid.Parse("019ac5f0-2b80-7c11-8f3e-5a0c7d1e9b42");

    public static ControlStateChanged ControlStateChanged { get; } = new()
    {
        EventId = Control,
        Version = 3,
        OccurredAt = Moment,
        NoticeId = Guid.Parse("019ac5ef-9d10-7a4f-b2c6-0e6f1d2a3b4c"),
        Issuer = "CHN",
        DocumentNumber = "2024-46",
        Title = "Announcement No. 46 of 2024 on strengthening export control of relevant dual-use items to the United States",
        Clause = "2",
        Measure = Measure.Prohibition,
        Minerals = ["gallium", "germanium", "antimony"],
        Stages = [Stage.Processing],
        HsCodes = ["811292", "811299", "811010"],
        Destinations = ["USA"],
        ExcludedDestinations = [],
        PreviousStatus = ControlStatus.Suspended,
        Status = ControlStatus.InForce,
        StateSince = new DateOnly(2026, 11, 28),
        Basis = StatusBasis.Schedule,
        EffectiveFrom = new DateOnly(2024, 12, 3),
        Schedule =
        [
            new(new DateOnly(2024, 12, 3), new DateOnly(2025, 11, 8), ControlStatus.InForce, StatusBasis.Notice),
            new(new DateOnly(2025, 11, 9), new DateOnly(2026, 11, 27), ControlStatus.Suspended, StatusBasis.Notice),
            new(new DateOnly(2026, 11, 28), null, ControlStatus.InForce, StatusBasis.Schedule),
        ],
        Confidence = Confidence.Confirmed,
        Sources = [new("https://www.mofcom.gov.cn/zwgk/zcfb/art/2024/art_3d5e990b43424e60828030f58a547b60.html", "primary")],
    };

    public static ControlBoundaryApproaching ControlBoundaryApproaching { get; } = new()
    {
        EventId = Guid.Parse("019abdb5-6f80-7d31-8b2e-6a1c2e3f4051"),
        Version = 2,
        OccurredAt = new DateTimeOffset(2026, 11, 20, 16, 0, 0, 300, TimeSpan.Zero),
        NoticeId = ControlStateChanged.NoticeId,
        Issuer = "CHN",
        DocumentNumber = "2024-46",
        Title = ControlStateChanged.Title,
        Clause = "2",
        Measure = Measure.Prohibition,
        Minerals = ["gallium", "germanium", "antimony"],
        Destinations = ["USA"],
        ExcludedDestinations = [],
        On = new DateOnly(2026, 11, 28),
        At = new DateTimeOffset(2026, 11, 27, 16, 0, 0, TimeSpan.Zero),
        LeadDays = 7,
        DaysLeft = 7,
        Status = ControlStatus.Suspended,
        NextStatus = ControlStatus.InForce,
        Basis = StatusBasis.Schedule,
        Confidence = Confidence.Confirmed,
        Sources = ControlStateChanged.Sources,
    };

    public static RiskScoreChanged RiskScoreChanged { get; } = new()
    {
        EventId = Guid.Parse("019ac5f0-2bd4-7e02-9c55-7b3a1f4d6e80"),
        Version = 12,
        OccurredAt = Moment.AddMilliseconds(84),
        Economy = "USA",
        Mineral = "gallium",
        Stage = Stage.Processing,
        Previous = new(60.5, RiskLevel.High, 11),
        Current = new(69.4, RiskLevel.High, 12),
        Deltas = [new("controls", 8.9, "CHN 2024-46 clause 2: suspended → in force (schedule)"), new("structure", 0, "")],
        Causes = [new(Control, "control", "CHN 2024-46 clause 2")],
        Method = "live-1",
        Inputs = [new("production", "USGS MCS 2026"), new("governance", "WGI 2019")],
    };

    public static PriceSignalChanged PriceSignalChanged { get; } = new()
    {
        EventId = Guid.Parse("019ac5f0-3100-7f10-8a01-2c4e6f8091a2"),
        Version = 4,
        OccurredAt = Moment.AddSeconds(2),
        Mineral = "gallium",
        SeriesId = Guid.Parse("019a0000-1000-7000-8000-00000000a001"),
        Series = "gallium metal 99.99 %, USD/kg, monthly, operator's own",
        Frequency = "monthly",
        AsOf = new DateOnly(2026, 11, 1),
        MonthReturn = 0.231,
        YearReturn = null,
        Volatility = 0.041,
        RobustZ = 5.2,
        PreviousLevel = SignalLevel.Elevated,
        Level = SignalLevel.Shock,
        FloorBreached = false,
        Source = "operator",
    };

    public static SupplyProfileChanged SupplyProfileChanged { get; } = new()
    {
        EventId = Guid.Parse("019ac5f0-4200-7a20-9b02-3d5f70819203"),
        Version = 2,
        OccurredAt = Moment.AddSeconds(9),
        Importer = "USA",
        Mineral = "antimony",
        Stage = Stage.Processing,
        Period = "2025-09",
        Suppliers = [new("THA", 0.55), new("BOL", 0.25), new("MEX", 0.2)],
        Hhi = 4050,
        HhiLow = 4050,
        HhiHigh = 4050,
        VolumeKg = 412_000,
        ValueUsd = null,
        Basis = "netWeight",
        HsCodes = ["811010"],
        IsBasket = false,
        Collapse = true,
        Flows =
        [
            new("THA", 226_600, 231_000, 0, null),
            new("CHN", 9_000, 310_000, 0.971, "2025-01", [new ExplainingMeasure("CHN", "2024-33", "1", Measure.Licensing, new DateOnly(2024, 9, 15))]),
        ],
        Source = "UN Comtrade",
    };

    public static TheoryData<IPlatformEvent> All => [ControlStateChanged, ControlBoundaryApproaching, RiskScoreChanged, PriceSignalChanged, SupplyProfileChanged];
}
