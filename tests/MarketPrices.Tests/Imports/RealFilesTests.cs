using System.Globalization;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing.Files;

namespace Chokepoint.MarketPrices.Tests.Imports;

/// <summary>
/// The files as the world published them, where they are at hand beside the repository: what is stored of each series must be what another
/// reader counts and adds up in the file, and what is rejected must be what it finds there.
/// </summary>
public sealed class RealFilesTests(PriceService prices) : PriceTests(prices)
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    [Fact]
    public async Task The_pink_sheet_s_minerals_import_with_every_month_it_has()
    {
        const int names = 4, units = 5; // rows from 0, as this edition has them
        var file = await SharedData.ReadAsync("data", "prices", "CMO-Historical-Data-Monthly_2025-12-02.xlsx");
        var cells = SheetCells.OfXlsx(file, sheet: 2);
        string[] minerals =
        [
            "Aluminum", "Iron ore, cfr spot", "Copper", "Lead", "Tin", "Nickel", "Zinc", "Gold", "Platinum", "Silver", "Phosphate rock", "Potassium chloride",
            "Rubber, TSR20", "Rubber, RSS3",
        ];
        var expected = Enumerable.Range(1, cells.Columns - 1).Where(c => minerals.Contains(Name(c), StringComparer.Ordinal))
            .Select(c => (Form: Name(c), Unit: cells.Text(units, c) switch { "($/mt)" => "t", "($/kg)" => "kg", "($/dmtu)" => "dmtu", "($/troy oz)" => "ozt", var u => u }, Figures: cells.Figures(c, units + 2)))
            .Select(x => Held(x.Form, x.Unit, x.Figures));

        await ImportsAsync("format=world-bank-pink-sheet", file, "World Bank Pink Sheet", expected, rejects: []);
        (await Prices.QueryAsync<double>("SELECT value FROM observations JOIN series ON no = series_no WHERE form = 'Copper' AND date = '2025-11-01'")).ShouldBe(10812.03);
        (await Prices.QueryAsync<DateOnly>("SELECT max(vintage) FROM observations")).ShouldBe(new DateOnly(2025, 12, 2));

        string Name(int column) => cells.Text(names, column).TrimEnd('*', ' ');
    }

    [Fact]
    public async Task The_imf_s_old_workbook_imports_its_minerals_those_without_a_code_too()
    {
        var file = await SharedData.ReadAsync("data", "prices", "IMF_external-data-v2.xls");
        var cells = SheetCells.OfXls(file);
        // By the series' own code; below, those that have none.
        var units = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PALUM"] = "t", ["PCOPP"] = "t", ["PIORECR"] = "t", ["PLEAD"] = "t", ["PNICK"] = "t", ["PTIN"] = "t", ["PZINC"] = "t", ["PLMMODY"] = "t",
            ["PCOBA"] = "t", ["PPOTASH"] = "t", ["PURAN"] = "lb", ["PRUBB"] = "lb", ["PGOLD"] = "ozt", ["PSILVER"] = "ozt", ["PPALLA"] = "ozt", ["PPLAT"] = "ozt",
            ["Chromium =99.2%, Coarse Particle"] = "unstated", ["Lithium Metal =99%, Battery Grade"] = "unstated", ["Manganese Electro CIF NWE (US$/MT)"] = "t",
            ["Silicon Lumps CIF NWE (US$/MT)"] = "t", ["Vanadium Pentoxide CIF NWE"] = "unstated",
        };
        var expected = Enumerable.Range(1, cells.Columns - 1)
            .Select(c => (Key: cells.Text(0, c) is { Length: > 0 } code ? code : cells.Text(1, c), Form: cells.Text(1, c), Column: c))
            .Where(x => units.ContainsKey(x.Key))
            .Select(x => Held(x.Form, units[x.Key], cells.Figures(x.Column, below: 4).Select(figure => x.Key is "PRUBB" ? figure / 100 : figure))) // in cents
            .ToList();

        expected.Count.ShouldBe(21);
        await ImportsAsync("format=imf-pcps", file, "IMF Primary Commodity Prices", expected, rejects: []);
    }

    [Theory]
    [InlineData("FRED_PCOPPUSDM.csv", "PCOPPUSDM", "")]
    [InlineData("FRED_PNICKUSDM.csv", "PNICKUSDM", "")]
    [InlineData("FRED_PNICKUSDM_vintage2020-02.csv", "PNICKUSDM", "&vintage=2020-02-29")]
    public async Task Fred_s_files_import_whole(string name, string series, string vintage)
    {
        var file = await SharedData.ReadAsync("data", "prices", name);
        var figures = CsvRows.Read(Encoding.UTF8.GetString(file)).Select(row => row[series]).Where(value => value.Length > 0 && value != ".");

        await ImportsAsync("format=fred" + vintage, file, "FRED (IMF)", [Held(series, "t", figures.Select(f => double.Parse(f, Invariant)))], rejects: []);
    }

    [Fact]
    public async Task The_2026_edition_of_usgs_imports_every_price_of_a_mineral_and_says_of_each_other_why_not()
    {
        var file = await SharedData.ReadAsync("data", "usgs_mcs", "2026", "MCS2026_Commodities_Data.csv");
        // What USGS calls the platform's minerals, of those it prices.
        HashSet<string> minerals = new(StringComparer.Ordinal)
        {
            "Aluminum", "Antimony", "Arsenic", "Barite", "Bauxite", "Beryllium", "Bismuth", "Boron", "Cadmium", "Cerium", "Cesium", "Chromium", "Cobalt", "Copper",
            "Diatomite", "Dysprosium", "Erbium", "Europium", "Feldspar", "Fluorspar", "Gadolinium", "Gallium", "Germanium", "Gold", "Graphite (Natural)", "Gypsum",
            "Hafnium", "Holmium", "Indium", "Iridium", "Iron Ore", "Lanthanum", "Lead", "Lime", "Lithium", "Lutetium", "Magnesium Metal", "Manganese", "Molybdenum",
            "Neodymium", "Nickel", "Niobium (Columbium)", "Palladium", "Perlite", "Phosphate Rock", "Platinum", "Potash", "Praseodymium", "Rhenium", "Rhodium",
            "Rubidium", "Ruthenium", "Samarium", "Sand And Gravel (Industrial)", "Scandium", "Selenium", "Silicon", "Silver", "Strontium", "Sulfur",
            "Talc And Pyrophyllite", "Tantalum", "Tellurium", "Terbium", "Tin", "Titanium Mineral Concentrates", "Titanium sponge metal", "Tungsten", "Vanadium",
            "Ytterbium", "Yttrium", "Zinc", "Zirconium", "Zirconium And Hafnium",
        };
        var units = new Dictionary<string, (string Unit, double Scale)>(StringComparer.Ordinal)
        {
            ["dollars per metric ton"] = ("t", 1), ["dollars per kilogram"] = ("kg", 1), ["cents per pound"] = ("lb", 0.01), ["dollars per pound"] = ("lb", 1),
            ["dollars per troy ounce"] = ("ozt", 1), ["dollars per ton"] = ("t", 1), ["dollars per dry metric ton unit"] = ("dmtu", 1), ["dollars per gram"] = ("g", 1),
        };
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var priced = CsvRows.Read(Encoding.GetEncoding(1252).GetString(file))
            .Where(row => row["Statistics"] == "Price" && row["Value"].Trim() is not ("" or "NA" or "W"))
            .Where(row => minerals.Contains(row["Commodity"].Trim()) || (row["Commodity"] is "Clays" && row["Statistics_detail"].Split(": ")[^1] is "Bentonite" or "Kaolin"))
            .ToList();
        var figures = priced.Where(row => units.ContainsKey(row["Unit"]) && double.TryParse(row["Value"], NumberStyles.Number, Invariant, out _)).ToList();

        var stored = await ImportsAsync("format=usgs-mcs", file, "USGS Mineral Commodity Summaries",
            figures.GroupBy(row => row["Statistics_detail"].Trim() + "|" + row["Commodity"] + "|" + row["Unit"], StringComparer.Ordinal).Select(group =>
            {
                var (row, (unit, scale)) = (group.First(), units[group.First()["Unit"]]);
                // Of manganese ore the column says tons and the text, rightly, units of content: one hundredth of a ton.
                return Held(null, row["Commodity"] is "Manganese" ? "mtu" : unit, group.Select(r => double.Parse(r["Value"], NumberStyles.Number, Invariant) * scale));
            }),
            [.. priced.Except(figures).Select(row => units.ContainsKey(row["Unit"])
                ? $"The value '{row["Value"]}' is a bound or a range, not a price."
                : $"The unit '{row["Unit"]}' is not known.")]);
        figures.Count.ShouldBeGreaterThan(400);
        stored.ShouldBe(figures.Count);
        (await Prices.QueryAsync<long>("SELECT count(*) FROM observations JOIN series ON no = series_no WHERE mineral = 'gallium'")).ShouldBe(5);
    }

    /// <summary>Imports a file twice, the second time to no effect, and holds what is stored against what is expected; how many prices it took.</summary>
    /// <param name="rejects">The reason of each.</param>
    private async Task<long> ImportsAsync(string query, byte[] file, string source, IEnumerable<string> expected, IReadOnlyCollection<string> rejects)
    {
        var job = await Prices.ImportAsync(query, file);
        var again = await Prices.ImportAsync(query, file);

        job.GetProperty("state").GetString().ShouldBe("completed");
        (await StoredAsync(source)).ShouldBe(expected, ignoreOrder: true);
        var taken = job.GetProperty("rowsAccepted").GetInt64();
        (taken, job.GetProperty("rowsNew").GetInt64()).ShouldBe((await Prices.QueryAsync<long>("SELECT count(*) FROM observations"), taken));
        (again.GetProperty("rowsNew").GetInt64(), again.GetProperty("rowsRevised").GetInt64(), again.GetProperty("rowsUnchanged").GetInt64()).ShouldBe((0, 0, taken));
        (await ReasonsAsync(job)).ShouldBe(rejects, ignoreOrder: true);
        job.GetProperty("rowsRejected").GetInt64().ShouldBe(rejects.Count);
        return taken;
    }

    private async Task<List<string>> ReasonsAsync(JsonElement job)
    {
        var page = await Prices.GetAsync($"imports/{job.GetProperty("id").GetString()}/rejects?limit=200");
        return [.. page.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("reason").GetString()!)];
    }

    private async Task<List<string>> StoredAsync(string source)
    {
        await using var command = Prices.Database.CreateCommand(
            "SELECT form, unit, array_agg(value) FROM observations JOIN series ON no = series_no WHERE source = $1 GROUP BY no ORDER BY no");
        command.Parameters.AddWithValue(source);
        await using var reader = await command.ExecuteReaderAsync();
        var stored = new List<string>();
        while (await reader.ReadAsync()) stored.Add(Held(source.StartsWith("USGS", StringComparison.Ordinal) ? null : reader.GetString(0), reader.GetString(1), (double[])reader[2]));
        return stored;
    }

    private static string Held(string? form, string unit, IEnumerable<double> figures)
    {
        var all = figures.ToList();
        return string.Create(Invariant, $"{form} in {unit}: {all.Count} prices, together {all.Order().Sum():G12}");
    }
}
