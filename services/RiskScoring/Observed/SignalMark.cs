using System.Globalization;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>What a revision remembers of a price or a flow it was made with, so that the next can say what became of it.</summary>
/// <param name="Type"><c>price</c> or <c>trade</c>, as in a cause.</param>
/// <param name="Key">What it is about, whichever event tells it.</param>
/// <param name="Value">What it says, in the precision in which the answer shows it.</param>
internal sealed record SignalMark(string Type, string Key, string Value, string Label, Guid EventId)
{
    public Cause Cause => new(EventId, Type, Label);

    public static IReadOnlyList<SignalMark> Of(PairSignals signals, StageView view, string economy)
    {
        var marks = new List<SignalMark>();
        if (signals.Price is { } price)
        {
            var z = SignalWords.Number(price.RobustZ!.Value);
            marks.Add(new SignalMark("price", price.SeriesId.ToString(), $"{z} {price.AsOf:yyyy-MM-dd}", $"{price.Series}: z {z} on {price.AsOf:yyyy-MM-dd}", price.EventId));
        }

        marks.AddRange(signals.Of(view.Supply).Select(f => new SignalMark(
            "trade", $"{f.Flow.Supplier} {economy} {view.Supply.Stage}", string.Create(CultureInfo.InvariantCulture, $"{f.Of.Period} {f.Flow.Fall:0.0000}"),
            SignalWords.Of(f), f.Of.EventId)));
        if (view.Sourcing is { } own && signals.Years.TryGetValue(view.Supply.Stage, out var year) && (own.Vintage, own.Source) == (year.Period, year.Source))
        {
            marks.Add(new SignalMark("trade", $"{economy} {view.Supply.Stage} sourcing", year.EventId.ToString(), $"{economy} imports in {year.Period}, {year.Source}", year.EventId));
        }

        return marks;
    }
}
