namespace Chokepoint.MarketPrices.Domain;

/// <summary>
/// The returns of a window that moves along a series, kept in order of size: a daily series asks for its median thousands of times, and
/// sorting the window each time would cost more than all else that an import does.
/// </summary>
internal sealed class ReturnWindow(int capacity)
{
    private readonly List<double> _sorted = new(capacity);

    public int Count => _sorted.Count;

    /// <summary>A price without a return adds nothing.</summary>
    public void Add(double? value)
    {
        if (value is not { } known) return;
        var at = _sorted.BinarySearch(known);
        _sorted.Insert(at < 0 ? ~at : at, known);
    }

    /// <param name="value">One that was added.</param>
    public void Remove(double? value)
    {
        if (value is { } known) _sorted.RemoveAt(_sorted.BinarySearch(known));
    }

    /// <summary>The median, and the median of the distances from it; of an even number, the mean of the two in the middle.</summary>
    public (double Median, double Deviation) Spread()
    {
        var middle = _sorted.Count / 2;
        var median = _sorted.Count % 2 == 1 ? _sorted[middle] : (_sorted[middle - 1] + _sorted[middle]) / 2;

        // Distances grow from the median outwards on either side: the nearest are taken until the middle one is reached.
        var (below, above) = (middle - 1, middle);
        double before = 0, last = 0;
        for (var taken = 0; taken <= middle; taken++)
        {
            before = last;
            var isBelow = above == _sorted.Count || (below >= 0 && median - _sorted[below] <= _sorted[above] - median);
            last = isBelow ? median - _sorted[below--] : _sorted[above++] - median;
        }
        return (median, _sorted.Count % 2 == 1 ? last : (before + last) / 2);
    }
}
