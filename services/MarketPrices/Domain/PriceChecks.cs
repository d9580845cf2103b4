using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Chokepoint.MarketPrices.Domain;

/// <summary>A price of a series on the day that stands for its period.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Price(DateOnly Date, double Value);

/// <summary>Which observations are taken, whatever door they come by.</summary>
internal static partial class PriceChecks
{
    /// <summary>Above every price of a tonne of anything: rhodium at its dearest was USD 1e9 a tonne.</summary>
    public const double Absurd = 1e11;

    /// <summary>Below every price in any unit and currency.</summary>
    public const double TooSmall = 1e-6;

    /// <summary>Metal prices before this are annual averages typed from old books; a date before it is a mistyped one.</summary>
    private static readonly DateOnly Earliest = new(1800, 1, 1);

    /// <summary>The longest text of the sources has 150 characters; the index of series takes some 2,600 bytes.</summary>
    private const int LongestText = 500;

    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM", "yyyy"];

    /// <summary>Reads an ISO 8601 date; a month or a year alone where the series has no finer step. Null, or why not.</summary>
    public static string? ReadDate(string? text, Frequency frequency, DateOnly today, out DateOnly date)
    {
        date = default;
        if (!DateOnly.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return "date must be an ISO 8601 date such as 2024-07-01.";
        var coarse = text!.Length switch { 4 => frequency is Frequency.Annual, 7 => frequency >= Frequency.Monthly, _ => true };
        if (!coarse) return $"date must name a day: the series is {FrequencyNames.Of(frequency)}.";
        return Place(day, frequency, today, out date);
    }

    /// <summary>The same of UTF-8; a day written in full, of which a daily file has thousands, makes no string.</summary>
    public static string? ReadDate(ReadOnlySpan<byte> text, Frequency frequency, DateOnly today, out DateOnly date) =>
        TryDay(text, out var day) ? Place(day, frequency, today, out date) : ReadDate(Encoding.UTF8.GetString(text), frequency, today, out date);

    /// <summary>Null, or why the value is no price.</summary>
    public static string? CheckValue(double value)
    {
        if (!double.IsFinite(value)) return "value must be a number.";
        if (value <= 0) return "value must be above zero; what is not known is left out.";
        return value is >= Absurd or < TooSmall ? "value is absurd for a price." : null;
    }

    /// <summary>Null, or why no price can be of that day.</summary>
    public static string? CheckDay(DateOnly day, DateOnly today) =>
        day > today ? "date is in the future." : day < Earliest ? "date is before 1800." : null;

    /// <summary>Null, or why a series cannot be called so.</summary>
    public static string? CheckText(string text)
    {
        if (text.Length > LongestText) return $"is longer than {LongestText} characters.";
        return text.Contains('\0') ? "holds a NUL." : null;
    }

    /// <summary>A number as people write it, commas between thousands alone: in <c>12,5</c> the comma may mean what a point does elsewhere.</summary>
    public static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
        || (Grouped().IsMatch(text) && double.TryParse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out number));

    [GeneratedRegex(@"^[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Grouped();

    private static string? Place(DateOnly day, Frequency frequency, DateOnly today, out DateOnly date)
    {
        date = default;
        if (CheckDay(day, today) is { } bad) return bad;
        date = FrequencyNames.FirstDay(frequency, day);
        return null;
    }

    private static bool TryDay(ReadOnlySpan<byte> text, out DateOnly day)
    {
        day = default;
        if (text is not [_, _, _, _, (byte)'-', _, _, (byte)'-', _, _]) return false;
        if (!Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..], out var ofMonth)) return false;
        if (year == 0 || month is 0 or > 12 || ofMonth == 0 || ofMonth > DateTime.DaysInMonth(year, month)) return false;
        day = new DateOnly(year, month, ofMonth);
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            number = number * 10 + digit - '0';
        }
        return true;
    }
}
