using System.Runtime.InteropServices;

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
        var sorted = CollectionsMarshal.AsSpan(_sorted);
        var middle = sorted.Length / 2;
        var isOdd = sorted.Length % 2 == 1;
        var median = isOdd ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        var (nearer, farther) = Around(sorted, middle, median, isOdd ? middle + 1 : middle);
        return (median, isOdd ? nearer : (nearer + farther) / 2);
    }

    /// <summary>
    /// Of all distances from the median, the largest among the so many nearest, and the next larger. Distances grow outwards on either
    /// side, so they are two sorted lists: how many of the nearest are on the lower side is found by halving.
    /// </summary>
    private static (double Nearer, double Farther) Around(ReadOnlySpan<double> sorted, int middle, double median, int nearest)
    {
        var (low, high) = (Math.Max(0, nearest - (sorted.Length - middle)), Math.Min(nearest, middle));
        while (low < high)
        {
            var below = (low + high) / 2;
            // Too few are taken below when the next one there is nearer than the last one taken above.
            if (median - sorted[middle - 1 - below] < sorted[middle + nearest - below - 1] - median) low = below + 1;
            else high = below;
        }
        var (lower, upper) = (middle - low, middle + nearest - low); // the nearest are sorted[lower..upper]
        var nearer = Math.Max(low > 0 ? median - sorted[lower] : 0, nearest > low ? sorted[upper - 1] - median : 0);
        var farther = Math.Min(
            lower > 0 ? median - sorted[lower - 1] : double.PositiveInfinity, upper < sorted.Length ? sorted[upper] - median : double.PositiveInfinity);
        return (nearer, farther);
    }
}
