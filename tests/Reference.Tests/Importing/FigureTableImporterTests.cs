using Chokepoint.Reference.Importing;

namespace Chokepoint.Reference.Tests.Importing;

/// <summary>The platform's own table, as an operator writes it.</summary>
public sealed class FigureTableImporterTests
{
    private const string Columns = "kind,mineral,stage,form,economy,counterpart,value,low,high,unit,operator,year,vintage,source,note\n";

    [Fact]
    public void A_table_that_ships_reads_back_as_it_is()
    {
        var text = new StringWriter();
        FigureTable.Write(text, Figures.Shipped.All);

        var import = Read(text.ToString());

        import.Rejected.ShouldBeEmpty();
        import.Figures.Count.ShouldBe(Figures.Shipped.All.Count);
        import.Figures.Select(Trimmed).Except(Figures.Shipped.All.Select(Trimmed)).ShouldBeEmpty();

        // White space at the end of a cell is lost, as in every file.
        static Figure Trimmed(Figure f) => f with { Note = null, Unit = f.Unit.Trim() };
    }

    [Theory]
    [InlineData("guess,gallium,processing,,CHN,,1,,,t,,2026,2027,Somebody,", "no kind of figure")]
    [InlineData("production,gallium,,,CHN,,1,,,t,,2026,2027,Somebody,", "needs a stage")]
    [InlineData("production,gallium,smelting,,CHN,,1,,,t,,2026,2027,Somebody,", "no stage")]
    [InlineData("production,gallium,processing,,Atlantis,,1,,,t,,2026,2027,Somebody,", "no economy")]
    [InlineData("import-share,gallium,processing,,JPN,,50,,,percent,,2026,2027,Somebody,", "a counterpart")]
    [InlineData("import-share,gallium,processing,,JPN,CHN,120,,,percent,,2026,2027,Somebody,", "between 0 and 100")]
    [InlineData("import-share,gallium,processing,,JPN,CHN,0.5,,,fraction,,2026,2027,Somebody,", "is percent")]
    [InlineData("ability-to-supply,,,,CHN,,1.2,,,index,,2026,2027,Somebody,", "between 0 and 1")]
    [InlineData("production,gallium,processing,,CHN,,many,,,t,,2026,2027,Somebody,", "must be numbers")]
    [InlineData("production,gallium,processing,,CHN,,NaN,,,t,,2026,2027,Somebody,", "must be numbers")]
    [InlineData("production,gallium,processing,,CHN,,,,,t,,2026,2027,Somebody,", "no value and no operator")]
    [InlineData("production,gallium,processing,,CHN,,1,,,t,,MMXXVI,2027,Somebody,", "no year")]
    [InlineData("production,gallium,processing,,CHN,,1,,,t,,2026,,Somebody,", "source and a vintage")]
    [InlineData("production,gallium,processing,,CHN,,1,,,t,,2026,2027,,", "source and a vintage")]
    public void A_row_that_is_no_figure_is_rejected_with_its_line_and_reason(string row, string why)
    {
        var import = Read(Columns + row + "\n");

        import.Figures.ShouldBeEmpty();
        import.Rejected.ShouldHaveSingleItem().Line.ShouldBe(2);
        import.Rejected[0].Reason.ShouldContain(why);
    }

    [Fact]
    public void One_file_that_says_two_things_keeps_the_first_and_rejects_the_other()
    {
        const string row = "production,gallium,processing,,CHN,,{0},,,t,,2026,2027,Somebody,\n";
        var import = Read(Columns + string.Format(null, row, 500) + string.Format(null, row, 500) + string.Format(null, row, 400));

        import.Figures.ShouldHaveSingleItem().Value.ShouldBe(500);
        import.Rejected.ShouldHaveSingleItem().Line.ShouldBe(4);
        import.Rejected[0].Reason.ShouldContain("500 in line 2");
    }

    [Fact]
    public void Shares_that_add_up_to_more_than_a_whole_are_rejected_together()
    {
        const string row = "producer-share,gallium,processing,,{0},,{1},,,percent,,2026,2027,Somebody,\n";
        var import = Read(Columns + string.Format(null, row, "CHN", 90) + string.Format(null, row, "JPN", 30));

        import.Figures.ShouldBeEmpty();
        import.Rejected.Select(r => r.Line).ShouldBe([2, 3]);
    }

    [Fact]
    public void Another_layout_is_refused_whole() => Read("a,b\n1,2\n").Refusal!.ShouldContain("no column \"kind\"");

    private static FigureImport Read(string text) => Sample.Import("figures", "figures.csv", text);
}
