using System.Globalization;
using Chokepoint.Contracts;

namespace Chokepoint.Reference.Importing;

/// <summary>
/// The platform's own normalised table (<see cref="FigureTable"/>): what an operator knows that no publisher's file says, such as a
/// country's own import sources or the inputs of USGS 2021. Every row names its source and vintage.
/// </summary>
internal sealed class FigureTableImporter : IFigureImporter
{
    public string Name => "figures";

    public string Describes => "The platform's own table: one figure a row, with source and vintage";

    public FigureImport Import(Stream file, string fileName)
    {
        var table = SourceTable.Read(file);
        if (table.Missing([.. FigureTable.Columns]) is { } missing) return FigureImport.Refuse(missing);
        var gathered = new ImportRows();
        foreach (var row in table.Rows)
        {
            if (Read(table, row, out var figure) is { } reason) gathered.Reject(row.Line, reason);
            else gathered.Add(figure!, row.Line);
        }

        return PrintedShares.Whole(gathered).Done();
    }

    /// <returns>Why the row is no figure; null where it is one.</returns>
    private static string? Read(SourceTable table, SourceRow row, out Figure? figure)
    {
        figure = null;
        if (!FigureKinds.TryParse(Text("kind"), out var kind)) return $"\"{Text("kind")}\" is no kind of figure.";
        var (mineral, economy, counterpart) = (OrNull("mineral"), OrNull("economy"), OrNull("counterpart"));
        if (mineral is not null && !Minerals.TryGet(mineral, out _) && !Minerals.Groups.Contains(mineral, StringComparer.Ordinal))
            return $"\"{mineral}\" is neither a mineral nor a group of minerals.";
        if (economy is not null && !Economies.TryGet(economy, out _)) return $"\"{economy}\" is no economy.";
        if (counterpart is not null && !Economies.TryGet(counterpart, out _)) return $"\"{counterpart}\" is no economy.";
        var stage = OrNull("stage") is { } name ? FigureTable.StageOrNull(name) : null;
        if (stage is null && OrNull("stage") is { } unknown) return $"\"{unknown}\" is no stage.";
        if (FigureRules.Lacks(kind, mineral, stage, economy, counterpart) is { } lacking) return $"A figure of the kind {kind.NameOf()} needs {lacking}.";
        if (!Number("value", out var value) || !Number("low", out var low) || !Number("high", out var high)) return "value, low and high must be numbers or empty.";
        if (value is null && OrNull("operator") is null) return "The row has no value and no operator (W, NA) that says why.";
        if (FigureRules.Range(kind) is (var least, var most) && new[] { value, low, high }.Any(n => n < least || n > most))
            return string.Create(CultureInfo.InvariantCulture, $"{value ?? low ?? high} is not between {least} and {most}, as {kind.NameOf()} must be.");
        if (FigureRules.UnitOf(kind) is { } unit && Text("unit") != unit) return $"The unit of {kind.NameOf()} is {unit}, not \"{Text("unit")}\".";
        if (!int.TryParse(Text("year"), NumberStyles.None, CultureInfo.InvariantCulture, out var year) || year is < 1900 or > 2200) return $"\"{Text("year")}\" is no year.";
        if (Text("source").Length == 0 || Text("vintage").Length == 0) return "A figure needs a source and a vintage.";
        figure = new Figure(
            kind, mineral, stage, OrNull("form"), economy, counterpart, value, low, high, Text("unit"), OrNull("operator"), year, Text("vintage"), Text("source"), OrNull("note"));
        return null;

        string Text(string column) => table.Cell(row, column);
        string? OrNull(string column) => Text(column) is { Length: > 0 } text ? text : null;
        bool Number(string column, out double? number)
        {
            number = null;
            if (OrNull(column) is not { } text) return true;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) || !double.IsFinite(parsed)) return false;
            number = parsed;
            return true;
        }
    }
}

/// <summary>What a figure of a kind must name and lie between, whoever states it.</summary>
internal static class FigureRules
{
    public static (double Least, double Most)? Range(FigureKind kind) => kind switch
    {
        FigureKind.ProducerShare or FigureKind.ImportShare or FigureKind.ImportShareResidual or FigureKind.ImportReliance or FigureKind.RecyclingInputRate => (0, 100),
        FigureKind.Substitution or FigureKind.SubstitutionOfImportance or FigureKind.AbilityToSupply or FigureKind.WillingnessToSupply => (0, 1),
        FigureKind.Governance => (0, 10),
        FigureKind.TradeFactor or FigureKind.TradeAgreement => (0.8, 1.5),
        FigureKind.GdpEffect => null,
        _ => (0, double.MaxValue),
    };

    /// <summary>Null where the source chooses the unit.</summary>
    public static string? UnitOf(FigureKind kind) => kind switch
    {
        FigureKind.ProducerShare or FigureKind.ImportShare or FigureKind.ImportShareResidual or FigureKind.ImportReliance or FigureKind.RecyclingInputRate => "percent",
        FigureKind.Substitution or FigureKind.SubstitutionOfImportance or FigureKind.AbilityToSupply or FigureKind.WillingnessToSupply
            or FigureKind.EconomicVulnerability => "index",
        FigureKind.TradeFactor or FigureKind.TradeAgreement => "factor",
        FigureKind.Governance => "0-10",
        _ => null,
    };

    /// <summary>The columns a kind cannot do without; null when they are there.</summary>
    public static string? Lacks(FigureKind kind, string? mineral, Stage? stage, string? economy, string? counterpart)
    {
        var ofMineral = kind is not (FigureKind.Governance or FigureKind.TradeAgreement or FigureKind.AbilityToSupply or FigureKind.WillingnessToSupply);
        var atStage = kind is FigureKind.Production or FigureKind.ProductionResidual or FigureKind.ProductionTotal or FigureKind.ProducerShare or FigureKind.TradeFactor;
        var ofEconomy = kind is not (FigureKind.ProductionResidual or FigureKind.ProductionTotal);
        var ofTwo = kind is FigureKind.ImportShare or FigureKind.TradeFactor or FigureKind.TradeAgreement or FigureKind.WillingnessToSupply;
        string[] lacking =
        [
            .. ofMineral && mineral is null ? ["a mineral"] : Array.Empty<string>(), .. atStage && stage is null ? ["a stage"] : Array.Empty<string>(),
            .. ofEconomy && economy is null ? ["an economy"] : Array.Empty<string>(), .. ofTwo && counterpart is null ? ["a counterpart"] : Array.Empty<string>(),
        ];
        return lacking.Length == 0 ? null : string.Join(" and ", lacking);
    }
}
