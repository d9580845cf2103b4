using Chokepoint.Contracts;

namespace Chokepoint.Messaging.Tests.Support;

internal static class Events
{
    public static ControlStateChanged Control(long version = 1, Guid? notice = null, string title = "Licences for gallium") => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = version,
        OccurredAt = DateTimeOffset.UnixEpoch.AddDays(20_000),
        NoticeId = notice ?? Guid.NewGuid(),
        Issuer = "CHN",
        DocumentNumber = "2023-23",
        Title = title,
        Clause = "1",
        Measure = Measure.Licensing,
        Minerals = ["gallium"],
        Stages = [Stage.Processing],
        HsCodes = ["811292"],
        Destinations = null,
        ExcludedDestinations = [],
        Status = ControlStatus.InForce,
        StateSince = new DateOnly(2023, 8, 1),
        Basis = StatusBasis.Notice,
        EffectiveFrom = new DateOnly(2023, 8, 1),
        Schedule = [new ControlInterval(new DateOnly(2023, 8, 1), null, ControlStatus.InForce, StatusBasis.Notice)],
        Confidence = Confidence.Confirmed,
        Sources = [new SourceReference("https://example.org/notice", "primary")],
    };

    public static PriceSignalChanged Price() => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = 1,
        OccurredAt = DateTimeOffset.UnixEpoch.AddDays(20_000),
        Mineral = "gallium",
        SeriesId = Guid.NewGuid(),
        Series = "metal, USD/kg, made up, monthly",
        AsOf = new DateOnly(2024, 9, 1),
        Level = SignalLevel.Shock,
        FloorBreached = false,
        Source = "made up",
    };
}
