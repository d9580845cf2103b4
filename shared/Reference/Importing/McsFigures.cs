using System.Globalization;
using System.Text.RegularExpressions;

namespace Chokepoint.Reference.Importing;

/// <param name="Year">Of the edition, which gives the year before it as estimated.</param>
internal sealed record McsEdition(int Year)
{
    public string Vintage { get; } = Year.ToString(CultureInfo.InvariantCulture);

    public string Source { get; } = string.Create(CultureInfo.InvariantCulture, $"USGS Mineral Commodity Summaries {Year}");
}

/// <summary>What the long file and the per-commodity files of USGS have in common.</summary>
internal static partial class McsFigures
{
    /// <summary>One cell of a world production table: of a producer, of "Other countries", or the total.</summary>
    public static void Production(
        int line, string country, string detail, string cell, string unit, string note, int year, McsEdition edition,
        IReadOnlyList<SeriesTarget> targets, ImportRows gathered)
    {
        var named = NamedCountry.Parse(country);
        if (named.As == NamedAs.Unknown)
        {
            gathered.Reject(line, $"\"{country}\" is no one economy.");
            return;
        }

        if (StatedNumber.Parse(cell, note) is not { } number)
        {
            gathered.Reject(line, $"\"{cell}\" cannot be read as a quantity.");
            return;
        }

        var kind = named.As switch
        {
            NamedAs.Residual => FigureKind.ProductionResidual,
            NamedAs.Total => FigureKind.ProductionTotal,
            _ => FigureKind.Production,
        };
        foreach (var t in targets)
        {
            // A world total over two forms (ilmenite and rutile) is the total of the stage, whatever table it stands in.
            var form = named.Remark?.Contains("ilmenite and rutile", StringComparison.Ordinal) == true ? null : t.Form;
            gathered.Add(new Figure(
                kind, t.Mineral, t.Stage, form, named.Code, null, number.Value, number.Low, number.High, UnitOf(t, unit, detail, named.Remark), number.Operator, year,
                edition.Vintage, edition.Source, Note(Detail(detail), named.Remark ?? "", note)), line);
        }
    }

    /// <summary>Of "Stocks, yearend: Industry" what is not said by the kind of figure: <c>industry</c>.</summary>
    public static string Form(string detail)
    {
        var words = Plainly().Replace(detail.ToLowerInvariant(), " ").Split([' ', ',', ':'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? "all" : string.Join(' ', words);
    }

    /// <summary>Remarks joined, without the pointers to appendices that mean nothing outside the publication; null when none is left.</summary>
    public static string? Note(params string[] parts)
    {
        var text = string.Join("; ", parts.Select(p => Pointer().Replace(p, "").Replace(" -- ", " ", StringComparison.Ordinal).Trim(' ', '-', ';')).Where(p => p.Length > 0));
        return text.Length == 0 ? null : text;
    }

    /// <summary>Boron's eight forms are not one quantity: the form is made part of the unit, so that nothing adds them up.</summary>
    private static string UnitOf(SeriesTarget target, string unit, string detail, string? remark) =>
        target.Mineral == "boron" ? $"{unit}, {(remark ?? Detail(detail)).ToLowerInvariant()}" : unit;

    private static string Detail(string detail) => Rounded().Replace(detail, "");

    [GeneratedRegex("See Appendix C[^-]*?data sources\\.?|Data in [a-z ]*tons unless otherwise specified\\.?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pointer();

    [GeneratedRegex("\\b(?:stocks?|consumption|yearend|million liters)\\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Plainly();

    [GeneratedRegex("[:,]? ?\\(?rounded\\)?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Rounded();
}
