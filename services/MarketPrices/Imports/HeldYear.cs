using System.Runtime.InteropServices;
using Chokepoint.Imports;
using Chokepoint.MarketPrices.Observations;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>A series' prices of one year and vintage, as far as the file has been read since the last batch.</summary>
internal sealed class HeldYear(int series, short year, DateOnly vintage)
{
    /// <summary>As they are encoded.</summary>
    public const int BytesOfHead = 90;

    public const int BytesOfPrice = 20;

    private readonly List<DateOnly> _dates = [];
    private readonly List<double> _prices = [];
    private bool _isInOrder = true;

    public bool Is(int ofSeries, int ofYear, DateOnly ofVintage) => ofSeries == series && ofYear == year && ofVintage == vintage;

    public void Add(DateOnly date, double price)
    {
        if (_dates.Count > 0 && date <= _dates[^1]) _isInOrder = false;
        _dates.Add(date);
        _prices.Add(price);
    }

    /// <summary>Writes the year as a staged row, each day once: of a day given twice the last price is taken.</summary>
    public void Write(BinaryCopyBuffer buffer, long seq)
    {
        if (!_isInOrder) PutInOrder();
        buffer.StartRow(6);
        buffer.Write(seq);
        buffer.Write(series);
        buffer.Write(year);
        buffer.Write(vintage);
        buffer.Write(CollectionsMarshal.AsSpan(_dates));
        buffer.Write(CollectionsMarshal.AsSpan(_prices));
    }

    /// <summary>Writes the year as it is stored (<see cref="ObservationMerge.Years"/>); how many prices it has.</summary>
    public int WriteStored(BinaryCopyBuffer buffer, ObservationBatch batch)
    {
        if (!_isInOrder) PutInOrder();
        buffer.StartRow(7);
        buffer.Write(series);
        buffer.Write(year);
        buffer.Write(batch.No);
        buffer.Write(vintage);
        buffer.Write(batch.At);
        buffer.Write(CollectionsMarshal.AsSpan(_dates));
        buffer.Write(CollectionsMarshal.AsSpan(_prices));
        return _dates.Count;
    }

    private void PutInOrder()
    {
        var byDay = new SortedDictionary<DateOnly, double>();
        for (var i = 0; i < _dates.Count; i++) byDay[_dates[i]] = _prices[i];
        _dates.Clear();
        _prices.Clear();
        _dates.AddRange(byDay.Keys);
        _prices.AddRange(byDay.Values);
    }
}
