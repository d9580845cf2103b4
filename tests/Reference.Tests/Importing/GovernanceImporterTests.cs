using Chokepoint.Reference.Importing;

namespace Chokepoint.Reference.Tests.Importing;

public sealed class GovernanceImporterTests
{
    private static readonly string[] Six = ["va", "pv", "ge", "rq", "rl", "cc"];

    [Fact]
    public void The_mean_of_six_goes_on_the_scale_of_the_EU()
    {
        var import = Sample.Import("wgi-long", "wgi.xlsx", Long(Six.Select((name, i) => Row("CHN", 2023, name, -0.5 + (0.1 * i)))));

        var china = import.Figures.ShouldHaveSingleItem();
        china.Value!.Value.ShouldBe(2 * (2.5 - -0.25), 1e-4);
        (china.Economy, china.Year, china.Vintage, china.Unit).ShouldBe(("CHN", 2023, "2024", "0-10"));
    }

    [Theory]
    [InlineData("ROM", "ROU")]
    [InlineData("ZAR", "COD")]
    [InlineData("TMP", "TLS")]
    [InlineData("ADO", "AND")]
    [InlineData("KSV", "XKX")]
    [InlineData("WBG", "PSE")]
    public void The_Bank_s_own_codes_are_known(string code, string economy) =>
        Sample.Import("wgi-long", "wgi.xlsx", Long([Row(code, 2023, "va", 0.5)])).Figures.ShouldHaveSingleItem().Economy.ShouldBe(economy);

    [Fact]
    public void What_is_missing_is_left_out_of_the_mean_and_said()
    {
        var import = Sample.Import("wgi-long", "wgi.xlsx", Long([Row("NRU", 2023, "va", 0.5), Row("NRU", 2023, "pv", ".."), Row("NRU", 2023, "ge", -0.5)]));

        var figure = import.Figures.ShouldHaveSingleItem();
        figure.Value.ShouldBe(5);
        figure.Note.ShouldBe("Mean of 2 estimates");
        import.Skipped.ShouldHaveSingleItem().ShouldBe(new SkippedSeries("estimates", "missing in the source", 1));
    }

    [Fact]
    public void Bad_rows_are_rejected_with_their_lines()
    {
        var import = Sample.Import("wgi-long", "wgi.xlsx", Long([Row("XXX", 2023, "va", 0.5), Row("CHL", 2023, "zz", 0.5), Row("CHL", 2023, "va", 9.0), Row("CHL", 2023, "va", 1.0)]));

        import.Rejected.Select(r => r.Line).ShouldBe([2, 3, 4]);
        import.Figures.ShouldHaveSingleItem().Value.ShouldBe(3);
    }

    [Fact]
    public void An_indicator_given_twice_is_not_averaged_twice() => Sample.Import("wgi-long", "wgi.xlsx", Long([Row("CHL", 2023, "va", 1.0), Row("CHL", 2023, "va", 2.0)]))
        .Rejected.ShouldHaveSingleItem().Reason.ShouldBe("CHL has an indicator of 2023 twice.");

    [Fact]
    public void The_layout_of_2025_is_read_too() => Sample.Import(
            "wgi-long", "wgi.csv", "Economy (code),Year,Governance dimension,Governance estimate (approx. -2.5 to +2.5)\nJPN,2024,rl,1.5\n")
        .Figures.ShouldHaveSingleItem().ShouldSatisfyAllConditions(f => f.Value.ShouldBe(2), f => f.Vintage.ShouldBe("2025"));

    [Fact]
    public void The_wide_workbook_gives_the_same_as_the_long_one()
    {
        var sheets = new[] { "VoiceandAccountability", "Political StabilityNoViolence", "GovernmentEffectiveness", "RegulatoryQuality", "RuleofLaw", "ControlofCorruption" };
        var wide = Sample.Workbook([.. sheets.Select((name, i) => (name, new object?[][]
        {
            ["Worldwide Governance Indicators"],
            [null, null, 2021, null, 2022],
            ["Country/Territory", "Code", "Estimate", "StdErr", "Estimate", "StdErr"],
            ["China", "CHN", -0.5 + (0.1 * i), 0.1, 0.1 * i, 0.1],
            ["Congo, Dem. Rep.", "ZAR", "#N/A", "#N/A", -1.5, 0.2],
        }))]);

        var import = Sample.Import("wgi-wide", "wgidataset.xlsx", wide);

        import.Rejected.ShouldBeEmpty();
        import.Figures.Select(f => (f.Economy, f.Year, f.Value)).ShouldBe([("CHN", 2021, 5.5), ("CHN", 2022, 4.5), ("COD", 2022, 8)]);
    }

    [Fact]
    public void A_workbook_without_a_sheet_per_indicator_is_refused() =>
        Sample.Import("wgi-wide", "wgi.xlsx", Long([Row("CHN", 2023, "va", 0.1)])).Refusal.ShouldBe("The workbook has no sheet for va, pv, ge, rq, rl, cc.");

    [Fact]
    public void A_workbook_of_something_else_is_refused() => Sample.Import("wgi-long", "prices.xlsx", Sample.Workbook(("Monthly Prices", [["x", "y"], [1, 2]])))
        .Refusal.ShouldBe("The file has no column \"code\", \"year\", \"indicator\", \"estimate\".");

    private static object?[] Row(string code, int year, string indicator, object estimate) => [$"{code}{indicator}{year}", code, "name", year, indicator, estimate];

    private static byte[] Long(IEnumerable<object?[]> rows) =>
        Sample.Workbook(("Sheet1", [["codeindyr", "code", "countryname", "year", "indicator", "estimate"], .. rows]));
}
