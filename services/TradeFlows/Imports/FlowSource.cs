using Chokepoint.Imports;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>Whose figures a file holds. Sources are stored side by side and never mixed in one profile.</summary>
/// <param name="Rank">Where several sources answer, the lowest rank is shown first: the reporter's own figures before reworked ones.</param>
internal sealed record FlowSource(string Name, short Rank)
{
    public static FlowSource Comtrade { get; } = new("UN Comtrade", 10);

    public static FlowSource Of(ImportJob job) => job.Format switch
    {
        "comtrade-v1" => Comtrade,
        _ => throw new InvalidOperationException($"No source is known for the format {job.Format}."),
    };
}
