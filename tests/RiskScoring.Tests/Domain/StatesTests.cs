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
}
