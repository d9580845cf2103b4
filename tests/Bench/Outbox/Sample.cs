using System.Text.Json;
using Chokepoint.Contracts;

namespace Chokepoint.Bench.Outbox;

/// <summary>An event of the usual size: 0.9 kB of JSON.</summary>
internal static class Sample
{
    public static ControlStateChanged Event(int number) => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = number + 1,
        OccurredAt = TimeProvider.System.GetUtcNow(),
        NoticeId = Guid.NewGuid(),
        Issuer = "CHN",
        DocumentNumber = "2023-23",
        Title = "Announcement on the implementation of export controls on items related to gallium and germanium",
        Clause = "1",
        Measure = Measure.Licensing,
        Minerals = ["gallium", "germanium"],
        Stages = [Stage.Processing],
        HsCodes = ["811292", "285390"],
        ExcludedDestinations = [],
        Status = ControlStatus.InForce,
        StateSince = new DateOnly(2023, 8, 1),
        Basis = StatusBasis.Notice,
        EffectiveFrom = new DateOnly(2023, 8, 1),
        Schedule =
        [
            new ControlInterval(new DateOnly(2023, 7, 3), new DateOnly(2023, 7, 31), ControlStatus.Announced, StatusBasis.Notice),
            new ControlInterval(new DateOnly(2023, 8, 1), null, ControlStatus.InForce, StatusBasis.Notice),
        ],
        Confidence = Confidence.Confirmed,
        Sources = [new SourceReference("https://example.org/announcement-23-of-2023", "primary")],
    };

    public static byte[] Body(int number) => JsonSerializer.SerializeToUtf8Bytes(Event(number), EventJson.Options);
}
