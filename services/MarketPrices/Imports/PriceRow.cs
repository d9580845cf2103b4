using System.Runtime.InteropServices;
using Chokepoint.MarketPrices.Domain;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>A price read from a file. <paramref name="Vintage"/> is the day the file says it was published; null when it does not say.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PriceRow(SeriesIdentity Series, DateOnly Date, double Value, DateOnly? Vintage);
