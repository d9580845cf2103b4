using System.Collections.Frozen;
using System.Globalization;
using Chokepoint.Reference;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>Partners as people write them: ISO codes, UN Comtrade's numbers, English names.</summary>
internal static class PartnerNames
{
    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["UAE"] = "ARE", ["UK"] = "GBR", ["Czech Republic"] = "CZE", ["Turkey"] = "TUR", ["Türkiye"] = "TUR", ["Viet Nam"] = "VNM",
        ["Russian Federation"] = "RUS", ["Korea, Republic of"] = "KOR", ["Republic of Korea"] = "KOR", ["United States of America"] = "USA",
        ["Iran, Islamic Republic of"] = "IRN", ["Taiwan, China"] = "TWN", ["Hong Kong, China"] = "HKG", ["China, Hong Kong SAR"] = "HKG",
        ["DR Congo"] = "COD", ["Ivory Coast"] = "CIV",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Names = Economies.All
        .DistinctBy(e => e.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(e => e.Name, e => e.Code, StringComparer.OrdinalIgnoreCase);

    public static bool TryGetNumber(string partner, out short number)
    {
        if (partner is "World" or "WLD")
        {
            number = TradeAreas.World;
            return true;
        }
        if (TradeAreas.TryGetNumber(partner, out number)) return true;
        if (short.TryParse(partner, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            number = (short)TradeAreas.Read(number);
            return TradeAreas.TryGetKind(number, out _);
        }
        return (Names.TryGetValue(partner, out var code) || Aliases.TryGetValue(partner, out code)) && TradeAreas.TryGetNumber(code, out number);
    }
}
