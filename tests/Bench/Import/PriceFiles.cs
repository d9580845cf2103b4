using System.Globalization;
using System.Text;

namespace Chokepoint.Bench.Import;

/// <summary>Daily prices, a file for each series, as a trading desk would hand them over: 25,000 days before a day of 2025.</summary>
internal sealed class PriceFiles(int observations)
{
    public const int Days = 25_000;

    private static readonly DateOnly Last = new(2025, 6, 30);

    public int Series => Math.Max(1, observations / Days);

    public int Observations => Series * Days;

    public static string Query(int series) => string.Create(
        CultureInfo.InvariantCulture, $"format=csv&mineral=gallium&form=grade%20{series}&unit=kg&currency=USD&source=bench&frequency=daily&date=date&value=price");

    public static IEnumerable<(DateOnly Date, double Value)> Parsed(int series)
    {
        var state = (uint)series + 1;
        for (var i = 0; i < Days; i++)
        {
            state = state * 1664525 + 1013904223;
            yield return (Last.AddDays(i - Days), 100 + (state >> 8) % 10_000 / 100.0);
        }
    }

    public static byte[] Text(int series)
    {
        var text = new StringBuilder("date,price\n", Days * 18);
        foreach (var (date, value) in Parsed(series)) text.Append(CultureInfo.InvariantCulture, $"{date:yyyy-MM-dd},{value:0.00}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
