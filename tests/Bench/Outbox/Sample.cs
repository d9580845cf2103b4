using System.Text.Json;
using Chokepoint.Contracts;

namespace Chokepoint.Bench.Outbox;

/// <summary>An event of the usual size, 1 kB of JSON, that one service hears: one queue, as on the floor.</summary>
internal static class Sample
{
    public static RiskScoreChanged Event(int number) => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = number + 1,
        OccurredAt = TimeProvider.System.GetUtcNow(),
        Economy = "USA",
        Mineral = "gallium",
        Stage = Stage.Processing,
        Previous = new ScoreSnapshot(60.5, RiskLevel.High, number),
        Current = new ScoreSnapshot(69.4, RiskLevel.High, number + 1),
        Deltas =
        [
            new FactorDelta("controls", 8.9, "CHN 2024-46 clause 2: suspended → in force (schedule)"),
            new FactorDelta("structure", 0, "CHN 98.9 % of primary output, unchanged"),
        ],
        Causes = [new Cause(Guid.CreateVersion7(), "control", "CHN 2024-46 clause 2")],
        Method = "live-1",
        Inputs =
        [
            new InputVintage("production", "USGS MCS 2026"), new InputVintage("import reliance", "USGS MCS 2026"),
            new InputVintage("governance", "WGI 2025"), new InputVintage("recycling", "EU CRM 2023"),
        ],
    };

    public static byte[] Body(int number) => JsonSerializer.SerializeToUtf8Bytes(Event(number), EventJson.Options);
}
