using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Observed;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Tests.Support;

namespace Chokepoint.RiskScoring.Tests.Domain;

public sealed class StatesTests
{
    [Theory]
    [InlineData("2025", ScoreStates.Ok)]
    [InlineData("2023", ScoreStates.Ok)]
    [InlineData("2022", ScoreStates.Stale)]
    [InlineData("2015", ScoreStates.Stale)]
    public void A_score_is_stale_when_the_purchases_it_is_made_of_are_older_than_three_years(string year, string state)
    {
        var purchases = new MineralSignals([], [SupplyReading.From(SignalEvents.Year("KOR", "gallium", Stage.Processing, year, ("NOR", 0.4), ("CHN", 0.6)))!]);
        var view = purchases.Views(Given.Book, "KOR", "gallium").Single(v => v.Supply.Stage == Stage.Processing);
        (view.Sourcing!.Vintage, view.Sourcing.Basis).ShouldBe((year, SharesBasis.TradeFlows));
        ScoreStates.Of(view, purchases.Of("KOR", new DateOnly(2026, 6, 1)), new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero)).ShouldBe(state);
    }

    [Theory]
    [InlineData(0, "2026-04", false)] // it has long shipped nothing, and of that no month is told
    [InlineData(0, "2025-12", true)]
    [InlineData(0.9, "2026-04", true)]
    public void A_supplier_s_last_month_is_stale_when_it_is_a_fall_or_no_other_s_is_newer(double fall, string newest, bool stale)
    {
        var flows = new MineralSignals([],
        [
            SupplyReading.From(SignalEvents.Month("JPN", "natural-graphite", Stage.Extraction, "2023-06", null, ("MOZ", fall)))!,
            SupplyReading.From(SignalEvents.Month("JPN", "natural-graphite", Stage.Extraction, newest, null, ("CHN", 0)))!,
        ]);
        var supply = flows.Views(Given.Book, "JPN", "natural-graphite").Single(v => v.Supply.Stage == Stage.Extraction).Supply;
        var day = new DateOnly(2026, 6, 1);

        flows.Of("JPN", day).IsStale(supply, day).ShouldBe(stale);
    }
}
