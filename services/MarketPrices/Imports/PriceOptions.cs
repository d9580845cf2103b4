using System.Globalization;
using System.Text.Json;
using Chokepoint.Contracts;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>What a request says about its file beside the format.</summary>
internal sealed record PriceOptions(IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The day the file was published, for files that do not say (<c>?vintage=2020-02-28</c>).</summary>
    public DateOnly? Vintage => Values.TryGetValue("vintage", out var text)
        && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public string this[string name] => Values.TryGetValue(name, out var value) ? value : "";

    public static PriceOptions Of(string? options) =>
        new(options is null ? new Dictionary<string, string>(StringComparer.Ordinal) : JsonSerializer.Deserialize<Dictionary<string, string>>(options, EventJson.Options)!);

    public Dictionary<string, string[]> Validate(TimeProvider clock)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (Values.ContainsKey("vintage") && Vintage is null) errors["/vintage"] = ["vintage must be an ISO 8601 date."];
        if (Vintage > DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)) errors["/vintage"] = ["vintage must not be in the future."];
        return errors;
    }
}
