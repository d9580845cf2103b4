using System.Globalization;
using Chokepoint.Contracts;

namespace Chokepoint.Reference.Importing;

/// <summary>
/// USGS Mineral Commodity Summaries 2026 in its one long file: world production; import sources, net import reliance, consumption and
/// stocks of the United States (doi 10.5066/P1WKQ63T; US Government work). The edition is the year after the newest year in the file.
/// </summary>
internal sealed class McsLongImporter : IFigureImporter
{
    private const string UnitedStates = "USA";
    private const string ImportSources = "Import Sources";

    public string Name => "usgs-mcs-long";

    public string Describes => "USGS Mineral Commodity Summaries from 2026 on: one long CSV of all commodities";

    public FigureImport Import(Stream file, string fileName)
    {
        var table = SourceTable.Read(file);
        if (table.Missing("MCS chapter", "Section", "Commodity", "Country", "Statistics", "Statistics_detail", "Unit", "Year", "Value", "Notes") is { } missing)
            return FigureImport.Refuse(missing);
        var rows = table.Rows.Select(r => McsRow.Of(table, r)).ToList();
        if (rows.Where(r => r.Year is not null).Max(r => r.Year) is not { } newest) return FigureImport.Refuse("No row of the file has a year.");
        var edition = new McsEdition(newest + 1);
        var gathered = new ImportRows();
        foreach (var row in rows) ImportRow(row, edition, gathered);
        return PrintedShares.Whole(McsSums.Complete(gathered)).Done();
    }

    private static void ImportRow(McsRow row, McsEdition edition, ImportRows gathered)
    {
        var table = row switch
        {
            { Section: ImportSources } => "imports",
            { Statistics: "Net import reliance" } => "reliance",
            { Statistics: "Stock" or "Consumption" } => "use",
            { Statistics: "Production" } when row.Section.StartsWith("World", StringComparison.Ordinal) => "world",
            _ => null,
        };
        if (table is null)
        {
            gathered.Skip($"{row.Section}: {row.Statistics}", "not a table the platform reads");
            return;
        }

        var targets = UsgsSeries.Find(table, UsgsSeries.Commodity(row.Commodity), row.Detail);
        if (targets.Count == 0) gathered.Skip($"{table}: {row.Commodity}, {row.Detail}", "no mineral of the platform, or a form it does not follow");
        else if (row.Year is not { } year) gathered.Reject(row.Line, $"\"{row.YearText}\" is no year.");
        else if (table == "world") McsFigures.Production(row.Line, row.Country, row.Detail, row.Value, row.Unit, row.Note, year, edition, targets, gathered);
        else if (table == "use") Use(row, year, edition, targets, gathered);
        else if (table == "imports") ImportShare(row, year, edition, targets, gathered);
        else Reliance(row, year, edition, targets, gathered);
    }

    private static void ImportShare(McsRow row, int year, McsEdition edition, IReadOnlyList<SeriesTarget> targets, ImportRows gathered)
    {
        var supplier = NamedCountry.Parse(row.Country);
        if (supplier.As is NamedAs.Unknown or NamedAs.Total) gathered.Reject(row.Line, $"\"{row.Country}\" is no one economy.");
        else if (StatedNumber.Parse(row.Value, row.Note, 100) is not { } share) gathered.Reject(row.Line, $"\"{row.Value}\" cannot be read as a share.");
        else if (share.Value is < 0 or > 100) gathered.Reject(row.Line, $"A share of {row.Value} percent is not possible.");
        else
        {
            foreach (var t in targets)
            {
                gathered.Add(new Figure(
                    supplier.As == NamedAs.Residual ? FigureKind.ImportShareResidual : FigureKind.ImportShare, t.Mineral, t.Stage, t.Form, UnitedStates,
                    supplier.Code, share.Value, share.Low, share.High, "percent", share.Operator, year, edition.Vintage, edition.Source,
                    McsFigures.Note($"{row.YearText}, {row.Detail}", row.Note)), row.Line);
            }
        }
    }

    private static void Use(McsRow row, int year, McsEdition edition, IReadOnlyList<SeriesTarget> targets, ImportRows gathered)
    {
        if (StatedNumber.Parse(row.Value, row.Note) is not { } number)
        {
            gathered.Reject(row.Line, $"\"{row.Value}\" cannot be read as a quantity.");
            return;
        }

        foreach (var t in targets)
        {
            gathered.Add(new Figure(
                row.Statistics == "Stock" ? FigureKind.Stock : FigureKind.Consumption, t.Mineral, t.Stage, McsFigures.Form(row.Detail), UnitedStates, null, number.Value,
                number.Low, number.High, row.Unit, number.Operator, year, edition.Vintage, edition.Source, McsFigures.Note("", row.Note)));
        }
    }

    private static void Reliance(McsRow row, int year, McsEdition edition, IReadOnlyList<SeriesTarget> targets, ImportRows gathered)
    {
        if (StatedNumber.Parse(row.Value, row.Note, 100) is not { } reliance || reliance.Value is < 0 or > 100)
        {
            gathered.Reject(row.Line, $"\"{row.Value}\" cannot be read as a net import reliance of 0 to 100 percent.");
            return;
        }

        foreach (var t in targets)
        {
            gathered.Add(new Figure(
                FigureKind.ImportReliance, t.Mineral, t.Stage, t.Form, UnitedStates, null, reliance.Value, reliance.Low, reliance.High, "percent",
                reliance.Operator, year, edition.Vintage, edition.Source, McsFigures.Note("", row.Note)));
        }
    }
}

internal sealed record McsRow(
    int Line, string Section, string Commodity, string Country, string Statistics, string Detail, string Unit, string YearText, int? Year, string Value, string Note)
{
    public static McsRow Of(SourceTable table, SourceRow row)
    {
        var year = table.Cell(row, "Year");
        return new McsRow(
            row.Line, table.Cell(row, "Section"), table.Cell(row, "Commodity"), table.Cell(row, "Country"), table.Cell(row, "Statistics"),
            table.Cell(row, "Statistics_detail"), table.Cell(row, "Unit"), year, LastYear(year), table.Cell(row, "Value"), table.Cell(row, "Notes"));
    }

    /// <summary>2024 of <c>2024</c> and of <c>2021–24</c>.</summary>
    private static int? LastYear(string text)
    {
        if (text.Length < 4 || !int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var first)) return null;
        if (text.Length == 4) return first;
        return text.Length == 7 && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? (first / 100 * 100) + last : null;
    }
}
