using System.Globalization;
using Chokepoint.Reference.Importing;

namespace Chokepoint.Reference;

/// <summary>
/// What somebody published about a mineral, as they put it. Claims that disagree stay side by side; none of them is in a score.
/// </summary>
/// <param name="Mineral">A slug or a group; null where the claim is about minerals at large.</param>
/// <param name="Statement">What the number is of.</param>
/// <param name="Stated">The number as printed; a range stays one (<c>2-5</c>).</param>
/// <param name="Low">The least the number says; null where it says only what is not exceeded.</param>
/// <param name="High">The most it says.</param>
/// <param name="Economy">Whom it is about; null for the world.</param>
public sealed record Claim(
    string Topic, string? Mineral, string Statement, string Stated, double? Low, double? High, string Unit, string? Economy, int Year, string Source);

public static class Claims
{
    public static IReadOnlyList<Claim> All { get; } = Table.Read("claims.csv", row =>
    {
        var statement = row.Text("claim");
        var stated = StatedNumber.Parse(row.Text("value")) ?? throw new InvalidDataException($"{row.Text("value")} of the claim \"{statement}\" is no number.");
        var below = statement.EndsWith("(below)", StringComparison.Ordinal);
        return new Claim(
            row.Text("topic"), row.TextOrNull("mineral"), statement, row.Text("value"), below ? null : stated.Low ?? stated.Value, stated.High ?? stated.Value,
            row.Text("unit"), row.TextOrNull("scope"), int.Parse(row.Text("year"), CultureInfo.InvariantCulture), row.Text("source"));
    });

    private static readonly ILookup<string, Claim> ByMineral = All.Where(c => c.Mineral is not null).ToLookup(c => c.Mineral!, StringComparer.Ordinal);

    public static IEnumerable<Claim> Of(string mineral) => ByMineral[mineral];
}
