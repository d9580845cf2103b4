using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Feeds;

/// <summary>What is asked of UN Comtrade, beside how often; in the same section (<c>Feeds:Comtrade</c>).</summary>
internal sealed record ComtradeSettings
{
    /// <summary>Most rows of an answer without a key, whatever is asked for.</summary>
    private const int PreviewRecords = 500;

    /// <summary>The subscription key; without one the public preview is asked, which answers at most 500 rows a call.</summary>
    public string? Key { get; init; }

    /// <summary>Whose reports, by commas: ISO 3166-1 alpha-3 codes, or EU27.</summary>
    public string Reporters { get; init; } = "CHN,USA,EU27,JPN,KOR";

    /// <summary>Codes of the Harmonized System, by commas; empty asks for every code that a supply profile is taken from.</summary>
    public string Codes { get; init; } = "";

    /// <summary>Asked for from this year on.</summary>
    public int Since { get; init; } = 2019;

    public bool Annual { get; init; } = true;
    public bool Monthly { get; init; } = true;

    /// <summary>Years, and months, before the last round that are asked for again: reporters come late and revise.</summary>
    public int YearsAgain { get; init; } = 3;

    public int MonthsAgain { get; init; } = 12;

    /// <summary>From the beginning of one round of questions to the next.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Calls in a <see cref="CallsPer"/>: a free key has 500 a month. Every try counts.</summary>
    public int Calls { get; init; } = 500;

    public TimeSpan CallsPer { get; init; } = TimeSpan.FromDays(31);

    /// <summary>Most rows asked for in a call (UN Comtrade gives up to 250,000); an answer of so many is taken for cut off, and asked in parts.</summary>
    public int RecordsPerCall { get; init; } = 30_000;

    public bool HasKey => !string.IsNullOrEmpty(Key);

    public int MostRecords => HasKey ? RecordsPerCall : Math.Min(RecordsPerCall, PreviewRecords);

    public IReadOnlyList<string> AskedCodes() =>
        Parts(Codes) is { Count: > 0 } codes ? [.. codes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : ProfileCodes.All;

    /// <exception cref="InvalidOperationException">One of them is no economy.</exception>
    public IReadOnlyList<short> AskedReporters() =>
    [
        .. Parts(Reporters).Distinct(StringComparer.Ordinal).Select(code => TradeAreas.TryGetNumber(code, out var number)
            ? number
            : throw new InvalidOperationException($"Feeds:Comtrade:Reporters: {code} is no economy's ISO 3166-1 alpha-3 code, nor EU27.")),
    ];

    private static List<string> Parts(string list) => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
