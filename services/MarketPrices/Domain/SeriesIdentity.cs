using System.Text.Json.Serialization;

namespace Chokepoint.MarketPrices.Domain;

/// <summary>How often a series has a price. A price's date is the first day of its week, month, quarter or year.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Frequency>))]
internal enum Frequency
{
    [JsonStringEnumMemberName("daily")] Daily,
    [JsonStringEnumMemberName("weekly")] Weekly,
    [JsonStringEnumMemberName("monthly")] Monthly,
    [JsonStringEnumMemberName("quarterly")] Quarterly,
    [JsonStringEnumMemberName("annual")] Annual,
}

/// <summary>What makes a price series that series and no other: the same metal in another form, unit or market is another.</summary>
/// <param name="Mineral">Slug.</param>
/// <param name="Form">As the source names it: <c>metal, 99.99 %</c>.</param>
/// <param name="Unit">The quantity one price buys: <c>t</c>, <c>kg</c>, <c>lb</c>, <c>ozt</c>.</param>
/// <param name="Currency">ISO 4217.</param>
internal sealed record SeriesIdentity(string Mineral, string Form, string Unit, string Currency, string Source, Frequency Frequency)
{
    /// <summary>For people and events: <c>metal, 99.99 %, USD/kg, Asian Metal, monthly</c>.</summary>
    public override string ToString() => $"{Form}, {Currency}/{Unit}, {Source}, {FrequencyNames.Of(Frequency)}";
}

/// <summary>Frequencies as they are written outside, and the days that stand for them.</summary>
internal static class FrequencyNames
{
    private static readonly Dictionary<string, Frequency> ByName = Enum.GetValues<Frequency>().ToDictionary(Of, StringComparer.Ordinal);

    public static IEnumerable<string> All => ByName.Keys;

    public static string Of(Frequency frequency) => frequency switch
    {
        Frequency.Daily => "daily",
        Frequency.Weekly => "weekly",
        Frequency.Monthly => "monthly",
        Frequency.Quarterly => "quarterly",
        _ => "annual",
    };

    public static bool TryParse(string name, out Frequency frequency) => ByName.TryGetValue(name, out frequency);

    /// <summary>The day that stands for the period a day is in, so that the same month is the same observation however it is dated.</summary>
    public static DateOnly FirstDay(Frequency frequency, DateOnly day) => frequency switch
    {
        Frequency.Daily => day,
        Frequency.Weekly => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)), // ISO 8601: a week begins on Monday
        Frequency.Monthly => new DateOnly(day.Year, day.Month, 1),
        Frequency.Quarterly => new DateOnly(day.Year, (day.Month - 1) / 3 * 3 + 1, 1),
        _ => new DateOnly(day.Year, 1, 1),
    };
}
