using Chokepoint.Contracts;

namespace Chokepoint.Reference.Importing;

internal enum EuSharesTable
{
    GlobalSupply,
    EuSourcing,
}

/// <summary>
/// The annex tables of the Commission's study: columns Material, Stage (E or P), Country, Share, t. Gives a share and a trade factor per row;
/// several rows of one country (Türkiye and Turkyie) are one supplier and add up.
/// </summary>
internal sealed class EuSharesImporter(EuSharesTable which) : IFigureImporter
{
    public string Name => which == EuSharesTable.GlobalSupply ? "eu-global-supply" : "eu-sourcing";

    public string Describes => which == EuSharesTable.GlobalSupply
        ? "European Commission 2023 annex: shares of global supply with trade factors" : "European Commission 2023 annex: EU sourcing with trade factors";

    public FigureImport Import(Stream file, string fileName)
    {
        var table = SourceTable.Read(file);
        if (table.Missing("Material", "Stage", "Country", "Share", "t") is { } missing) return FigureImport.Refuse(missing);
        var gathered = new ImportRows();
        var rows = table.Rows.Select(r => Row(table, r, gathered)).OfType<SharesRow>()
            .GroupBy(r => (r.Mineral, r.Stage, r.Country)).Select(SharesRow.Add).ToList();
        foreach (var row in rows)
        {
            gathered.Add(ShareOf(row), row.Line);
            gathered.Add(FactorOf(row));
        }

        return PrintedShares.Whole(gathered).Done();
    }

    private static SharesRow? Row(SourceTable table, SourceRow row, ImportRows gathered)
    {
        var (material, stage, country) = (table.Cell(row, "Material"), table.Cell(row, "Stage"), NamedCountry.Parse(table.Cell(row, "Country")));
        if (!EuMaterials.TryResolve(material, out var mineral)) gathered.Skip(material, "no mineral of the platform");
        else if (stage is not ("E" or "P")) gathered.Reject(row.Line, $"Stage \"{stage}\" is neither E nor P.");
        else if (country.As != NamedAs.Economy) gathered.Reject(row.Line, $"\"{table.Cell(row, "Country")}\" is no one economy.");
        else if (StatedNumber.Parse(table.Cell(row, "Share").TrimEnd('%'), most: 100) is not { Value: { } value and >= 0 and <= 100 } share)
            gathered.Reject(row.Line, $"\"{table.Cell(row, "Share")}\" is no share of 0 to 100 percent.");
        else if (StatedNumber.Parse(table.Cell(row, "t")) is not { Operator: null, Value: { } t and >= 0.8 and <= 1.5 })
            gathered.Reject(row.Line, $"\"{table.Cell(row, "t")}\" is no trade factor of 0.8 to 1.5.");
        else return new SharesRow(row.Line, mineral, stage == "E" ? Stage.Extraction : Stage.Processing, country.Code!, value, share.Low, share.High, share.Operator, t, null);
        return null;
    }

    private Figure ShareOf(SharesRow row) => which == EuSharesTable.GlobalSupply
        ? new Figure(
            FigureKind.ProducerShare, row.Mineral, row.Stage, null, row.Country, null, row.Share, row.Low, row.High, "percent", row.Operator,
            EuMaterials.Year, EuMaterials.Vintage, EuMaterials.Source, row.Note)
        : new Figure(
            FigureKind.ImportShare, row.Mineral, row.Stage, null, Economies.EuropeanUnion, row.Country, row.Share, row.Low, row.High, "percent", row.Operator,
            EuMaterials.Year, EuMaterials.Vintage, EuMaterials.Source, row.Note);

    private Figure FactorOf(SharesRow row) => new(
        FigureKind.TradeFactor, row.Mineral, row.Stage, which == EuSharesTable.GlobalSupply ? "global-supply" : "sourcing", Economies.EuropeanUnion, row.Country,
        row.Factor, null, null, "factor", null, EuMaterials.Year, EuMaterials.Vintage, EuMaterials.Source, null);

    private sealed record SharesRow(
        int Line, string Mineral, Stage Stage, string Country, double Share, double? Low, double? High, string? Operator, double Factor, string? Note)
    {
        public static SharesRow Add(IEnumerable<SharesRow> rows)
        {
            var all = rows.ToList();
            if (all.Count == 1) return all[0];
            var exact = all.TrueForAll(r => r.Operator is null);
            return all[0] with
            {
                Share = all.Sum(r => r.Share),
                Low = exact ? null : all.Sum(r => r.Low ?? r.Share),
                High = exact ? null : all.Sum(r => r.High ?? r.Share),
                Operator = all.Find(r => r.Operator is not null)?.Operator,
                Note = $"Sum of {all.Count} rows of the annex",
            };
        }
    }
}
