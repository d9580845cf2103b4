using System.Globalization;
using System.Text.Json;
using Chokepoint.Testing.Upstreams;
using Microsoft.AspNetCore.WebUtilities;

namespace Chokepoint.TradeFlows.Tests.Feeds;

/// <summary>Answers as UN Comtrade's API does: a row for each code, direction and partner asked for, cut off without a word where there are too many.</summary>
internal static class PlayedComtrade
{
    private static readonly int[] Partners = [0, 124, 392];

    /// <summary>Rows for one code in one direction.</summary>
    public static int RowsPerCode => Partners.Length;

    public static PlayedAnswer Answer(PlayedRequest request) => new(Json(Asked(request)));

    public static IReadOnlyDictionary<string, string> Asked(PlayedRequest request) =>
        QueryHelpers.ParseQuery(request.Query).ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal);

    private static string Json(IReadOnlyDictionary<string, string> asked)
    {
        var rows = asked["flowCode"].Split(',').SelectMany(flow => asked["cmdCode"].Split(',').SelectMany(hs => Partners.Select(partner => new
        {
            typeCode = "C", freqCode = asked["period"].Length == 4 ? "A" : "M", period = asked["period"], flowCode = flow, cmdCode = hs, partnerCode = partner,
            reporterCode = int.Parse(asked["reporterCode"], CultureInfo.InvariantCulture), partner2Code = 0, classificationCode = "H6", customsCode = "C00",
            mosCode = "0", motCode = 0, qtyUnitCode = 8, qty = 10.0, netWgt = partner == 0 ? 20.0 : 10.0, isNetWgtEstimated = false, primaryValue = 100.0,
        }))).Take(int.Parse(asked["maxRecords"], CultureInfo.InvariantCulture)).ToList();
        return JsonSerializer.Serialize(new { elapsedTime = $"{Guid.NewGuid()}", count = rows.Count, data = rows, error = "" });
    }
}
