using System.Text.Json;

namespace Chokepoint.ExportControls.Feeds.GlobalTradeAlert;

/// <summary>An intervention as Global Trade Alert tells of it, the same from its interface and from its CSV.</summary>
/// <param name="Issuers">Names or ISO codes of who implements it; the group's name where a group does.</param>
/// <param name="Products">HS codes of six digits.</param>
/// <param name="Evaluation"><c>Green</c> for what liberalises trade, <c>Red</c> or <c>Amber</c> for what hinders it.</param>
internal sealed record Intervention(
    string Id, string? Title, string? Description, string? Source, string? Url, string? Type, IReadOnlyList<string> Issuers,
    IReadOnlyList<string> Products, string? Announced, string? Implemented, string? Removed, string? Level, string? Evaluation = null)
{
    /// <summary>From an object of the data interface, of basic or full access.</summary>
    /// <exception cref="FormatException">A member is of another kind than is known.</exception>
    public static Intervention OfJson(JsonElement json) => new(
        Text(json, "intervention_id") ?? throw new FormatException("It has no intervention_id."),
        Text(json, "state_act_title"), Text(json, "intervention_description"), Text(json, "state_act_source"), Text(json, "intervention_url"),
        Text(json, "intervention_type"), Issuing(json), [.. List(json, "affected_products").Select(Product)],
        Text(json, "date_announced"), Text(json, "date_implemented"), Text(json, "date_removed"), Text(json, "implementation_level"),
        Text(json, "gta_evaluation"));

    /// <summary>The group that implements it; else each economy.</summary>
    private static List<string> Issuing(JsonElement json)
    {
        var groups = List(json, "implementing_jurisdiction_groups").Select(Named).ToList();
        return groups.Count is 1 ? groups : [.. List(json, "implementing_jurisdictions").Select(Named)];
    }

    private static string Named(JsonElement one) => one.ValueKind switch
    {
        JsonValueKind.String => one.GetString()!,
        JsonValueKind.Object => Text(one, "iso") ?? Text(one, "name") ?? throw new FormatException("A jurisdiction has neither name nor iso."),
        _ => throw new FormatException("A jurisdiction is neither a name nor an object."),
    };

    private static string Product(JsonElement one)
    {
        var code = one.ValueKind is JsonValueKind.Object ? Text(one, "product_id") : TextOf(one);
        return Padded(code ?? throw new FormatException("An affected product has no product_id."));
    }

    /// <summary>Products are numbers there, which lose a zero in front.</summary>
    internal static string Padded(string code) => code.Length is 5 && code.All(char.IsAsciiDigit) ? "0" + code : code;

    private static List<JsonElement> List(JsonElement json, string name) => !json.TryGetProperty(name, out var list) || list.ValueKind is JsonValueKind.Null
        ? [] : list.ValueKind is JsonValueKind.Array ? [.. list.EnumerateArray()] : throw new FormatException($"{name} is no array.");

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? TextOf(value) : null;

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when !string.IsNullOrWhiteSpace(value.GetString()) => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
