namespace Chokepoint.Reference;

/// <summary>The figures the platform starts with: its own normalised tables, each row with its source and vintage.</summary>
public static class Figures
{
    private static readonly Lazy<FigureSet> Starting = new(() => new FigureSet(FigureTable.Names.SelectMany(FigureTable.ReadShipped)));

    public static FigureSet Shipped => Starting.Value;
}
