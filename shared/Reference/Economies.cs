using System.Diagnostics.CodeAnalysis;

namespace Chokepoint.Reference;

/// <summary>An economy that issues measures, produces or imports.</summary>
/// <param name="Code">ISO 3166-1 alpha-3, or <c>EU27</c>.</param>
/// <param name="ComtradeCode">UN Comtrade's own number, which is not always the ISO one (842, 699, 251, 757, 579, 490); empty where it has none.</param>
/// <param name="CustomsUnion"><c>EU27</c> for its members, else null.</param>
/// <param name="TimeZone">IANA name; the zone of the capital, in which a day of its notices begins.</param>
public sealed record Economy(string Code, string Name, string IsoNumeric, string ComtradeCode, string? CustomsUnion, string TimeZone);

/// <summary>Every economy the platform knows, and who belongs to which customs union.</summary>
public static class Economies
{
    public const string EuropeanUnion = "EU27";

    public static IReadOnlyList<Economy> All { get; } = Table.Read("economies.csv", row => new Economy(
        row.Text("code"), row.Text("name"), row.Text("iso_numeric"), row.Text("comtrade_code"),
        row.Text("customs_union") is { Length: > 0 } union ? union : null, row.Text("time_zone")));

    private static readonly Dictionary<string, Economy> ByCode = All.ToDictionary(e => e.Code, StringComparer.Ordinal);

    public static bool TryGet(string code, [NotNullWhen(true)] out Economy? economy) => ByCode.TryGetValue(code, out economy);

    /// <summary>True when the two are one economy, or one is a member of the customs union that the other is.</summary>
    public static bool AreSameMarket(string a, string b) =>
        a == b || UnionOf(a) == b || UnionOf(b) == a || (UnionOf(a) is { } union && union == UnionOf(b));

    public static string? UnionOf(string code) => ByCode.TryGetValue(code, out var e) ? e.CustomsUnion : null;

    public static IReadOnlyList<string> MembersOf(string union) => [.. All.Where(e => e.CustomsUnion == union).Select(e => e.Code)];

    /// <summary>The day it is for this economy's notices at an instant.</summary>
    public static DateOnly DayOf(string code, DateTimeOffset instant)
    {
        var zone = ByCode.TryGetValue(code, out var e) ? TimeZoneInfo.FindSystemTimeZoneById(e.TimeZone) : TimeZoneInfo.Utc;
        return DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);
    }
}
