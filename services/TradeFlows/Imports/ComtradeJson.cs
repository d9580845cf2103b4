using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>
/// Reads the answer of UN Comtrade's API v1, <c>{"elapsedTime", "count", "data": […], "error"}</c>, one element of <c>data</c> at a time.
/// </summary>
internal sealed class ComtradeJson(JsonElements elements, DateOnly today) : IRowReader<FlowRow>
{
    private readonly ComtradeRecord _record = new();
    private readonly MisplacedRows _misplaced = new();

    /// <summary>The element's place in <c>data</c>, from 1.</summary>
    public long Line => elements.Number;

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (await elements.ReadAsync(cancellationToken)) return true;
        _misplaced.AtEnd();
        if (elements.Error is { Length: > 0 } error)
            throw ImportRefusedException.NotTheFormat($"UN Comtrade answered with an error: {error}");
        return false;
    }

    public bool TryGet([MaybeNullWhen(false)] out FlowRow row, [NotNullWhen(false)] out string? reason)
    {
        row = default;
        reason = FillOrSayWhyNot(elements.Current);
        _misplaced.Count(reason is not null || ComtradeChecks.IsMisplaced(_record), Line);
        reason ??= ComtradeChecks.Check(_record, today, out row);
        return reason is null;
    }

    public ValueTask DisposeAsync() => elements.DisposeAsync();

    private string? FillOrSayWhyNot(JsonElement element)
    {
        try
        {
            return Fill(element);
        }
        catch (InvalidOperationException e) when (e.InnerException is DecoderFallbackException)
        {
            return "The element has a text that is not UTF-8.";
        }
    }

    private string? Fill(JsonElement element)
    {
        if (element.ValueKind is not JsonValueKind.Object) return "The element is not an object.";
        _record.Type = Text(element, "typeCode");
        _record.Period = Text(element, "period");
        _record.Flow = Text(element, "flowCode");
        _record.Classification = Text(element, "classificationCode");
        _record.Commodity = Text(element, "cmdCode");
        _record.Customs = Text(element, "customsCode");
        _record.Supply = Text(element, "mosCode");
        _record.Transport = Text(element, "motCode");
        _record.Estimated = element.TryGetProperty("isNetWgtEstimated", out var flag) && flag.ValueKind is JsonValueKind.True;
        foreach (var (name, set) in Numbers)
        {
            if (!TryNumber(element, name, out var number)) return $"{name} is not a number.";
            set(_record, number);
        }
        return null;
    }

    private static readonly (string Name, Action<ComtradeRecord, double?> Set)[] Numbers =
    [
        ("reporterCode", (r, x) => r.Reporter = Whole(x)), ("partnerCode", (r, x) => r.Partner = Whole(x)),
        ("partner2Code", (r, x) => r.SecondPartner = Whole(x)), ("qtyUnitCode", (r, x) => r.QuantityUnit = Whole(x)),
        ("qty", (r, x) => r.Quantity = x), ("netWgt", (r, x) => r.NetWeight = x), ("primaryValue", (r, x) => r.Value = x),
    ];

    private static int? Whole(double? number) => number is >= int.MinValue and <= int.MaxValue ? (int)number : null;

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value)
        ? value.ValueKind switch { JsonValueKind.String => value.GetString()!, JsonValueKind.Number => value.GetRawText(), _ => "" }
        : "";

    private static bool TryNumber(JsonElement element, string name, out double? number)
    {
        number = null;
        if (!element.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null) return true;
        if (value.ValueKind is JsonValueKind.Number) number = value.GetDouble();
        else if (value.ValueKind is JsonValueKind.String && double.TryParse(value.GetString(), CultureInfo.InvariantCulture, out var parsed)) number = parsed;
        else return false;
        return true;
    }
}
