namespace Chokepoint.RiskScoring.Data;

/// <summary>A figure that an operator imported, as the columns of <c>FigureTable</c>; never changed, so that every edition stays.</summary>
internal sealed class FigureRow
{
    public long ImportNo { get; set; }

    /// <summary>In the order of the file.</summary>
    public int RowNo { get; set; }

    public required string Kind { get; set; }
    public string? Mineral { get; set; }
    public string? Stage { get; set; }
    public string? Form { get; set; }
    public string? Economy { get; set; }
    public string? Counterpart { get; set; }
    public double? Value { get; set; }
    public double? Low { get; set; }
    public double? High { get; set; }
    public required string Unit { get; set; }
    public string? Operator { get; set; }
    public int Year { get; set; }
    public required string Vintage { get; set; }
    public required string Source { get; set; }
    public string? Note { get; set; }
}
