using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Imports;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>Whose figures a file holds. Sources are stored side by side and never mixed in one profile.</summary>
/// <param name="Rank">Where several sources answer, the lowest rank is shown first: the reporter's own figures before reworked ones.</param>
internal sealed record FlowSource(string Name, short Rank)
{
    public static FlowSource Comtrade { get; } = new("UN Comtrade", 10);

    public static FlowSource Of(ImportJob job) => job.Format switch
    {
        "comtrade-v1" or "comtrade-plus" => Comtrade,
        "baci" => new FlowSource(OptionsOf(job.Options).GetValueOrDefault("revision") is { } revision ? $"CEPII BACI {revision}" : "CEPII BACI", 30),
        "csv" => new FlowSource(OptionsOf(job.Options)["source"], 20),
        _ => throw new InvalidOperationException($"No source is known for the format {job.Format}."),
    };

    public static Dictionary<string, string> OptionsOf(string? options) =>
        options is null ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(options, EventJson.Options)!;
}
