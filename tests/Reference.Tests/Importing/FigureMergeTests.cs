using Chokepoint.Contracts;
using Chokepoint.Reference.Importing;

namespace Chokepoint.Reference.Tests.Importing;

public sealed class FigureMergeTests
{
    private static readonly Figure Cobalt = new(
        FigureKind.Production, "cobalt", Stage.Extraction, null, "COD", null, 226000, null, null, "metric tons", null, 2024, "2026", "USGS", null);

    [Fact]
    public void What_is_said_twice_stands_once()
    {
        var merge = Merge(Cobalt, Cobalt with { Note = "from another table" });

        merge.Figures.ShouldHaveSingleItem();
        merge.Conflicts.ShouldBeEmpty();
    }

    [Fact]
    public void One_edition_that_contradicts_itself_is_reported()
    {
        var merge = Merge(Cobalt, Cobalt with { Value = 220000 });

        merge.Figures.ShouldHaveSingleItem().Value.ShouldBe(226000);
        merge.Conflicts.ShouldHaveSingleItem().Refused.Value.ShouldBe(220000);
    }

    [Fact]
    public void Two_editions_of_one_year_both_stay_and_the_newer_answers()
    {
        var older = Cobalt with { Value = 220000, Vintage = "2025" };
        var total = Cobalt with { Kind = FigureKind.ProductionTotal, Economy = null };
        var merge = Merge(older, Cobalt, total, total with { Vintage = "2025" });

        merge.Figures.Count.ShouldBe(4);
        merge.Conflicts.ShouldBeEmpty();
        new FigureSet(merge.Figures).Producers("cobalt", Stage.Extraction)!.Shares.ShouldHaveSingleItem().Figure.Vintage.ShouldBe("2026");
    }

    private static FigureMerge Merge(params Figure[] figures)
    {
        var merge = new FigureMerge();
        merge.Add(figures);
        return merge;
    }
}
