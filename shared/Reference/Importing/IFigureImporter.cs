namespace Chokepoint.Reference.Importing;

/// <summary>
/// Reads one layout of one publisher's file into figures. Pure: it stores nothing, and the same bytes give the same figures in the same
/// order.
/// </summary>
public interface IFigureImporter
{
    /// <summary>What an operator names it by: <c>usgs-mcs-long</c>.</summary>
    string Name { get; }

    /// <summary>The layout in words, for people choosing one.</summary>
    string Describes { get; }

    /// <param name="fileName">Without folder. Some releases say only there which commodity the file is about.</param>
    FigureImport Import(Stream file, string fileName);
}

/// <summary>What a file gave. A file refused whole has a <paramref name="Refusal"/> and nothing else.</summary>
/// <param name="Rejected">Rows that should have been figures and cannot be, each with its line and reason.</param>
/// <param name="Skipped">Series of the file that the platform does not follow, with how many rows each.</param>
/// <param name="Refusal">Why the file is not what it says; null where it is.</param>
public sealed record FigureImport(
    IReadOnlyList<Figure> Figures, IReadOnlyList<RejectedRow> Rejected, IReadOnlyList<SkippedSeries> Skipped, string? Refusal = null)
{
    internal static FigureImport Refuse(string reason) => new([], [], [], reason);
}

/// <param name="Line">Counted from 1 in the file, the header included; the first line of a row that spans several.</param>
public sealed record RejectedRow(int Line, string Reason);

/// <summary>Rows of a file that are good and about something that the platform does not follow.</summary>
public sealed record SkippedSeries(string Series, string Reason, int Rows);

/// <summary>Every importer there is, by name.</summary>
public static class FigureImporters
{
    public static IReadOnlyList<IFigureImporter> All { get; } = [.. Layouts().Select(layout => new ReadableFiles(layout))];

    public static IFigureImporter? Find(string name) => All.FirstOrDefault(i => i.Name == name);

    private static IFigureImporter[] Layouts() =>
    [
        new McsLongImporter(), new McsWorldImporter(), new McsSalientImporter(), new McsNetImportRelianceImporter(), new WgiLongImporter(), new WgiWideImporter(),
        new EuSharesImporter(EuSharesTable.GlobalSupply), new EuSharesImporter(EuSharesTable.EuSourcing),
        new EuParametersImporter(), new GovernanceMeansImporter(), new GdpEffectsImporter(), new FigureTableImporter(),
    ];
}
