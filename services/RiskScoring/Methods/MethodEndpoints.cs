using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.RiskScoring.Methods;

/// <summary>A method and every number it chooses.</summary>
/// <param name="Kind"><c>live</c>, the platform's own score, or <c>published</c>, shown beside it.</param>
internal sealed record MethodLine(string Name, string Kind, string Formula, string Source, object? Parameters);

/// <summary>The methods behind the figures, with their parameters: enough to compute a score by hand.</summary>
internal static class MethodEndpoints
{
    public static void MapMethods(this RouteGroupBuilder api)
    {
        api.MapGet("/methods", (SupplyBook book, FiguresEdition figures) =>
                TypedResults.Ok(new Page<MethodLine>([Live(book.Method, figures), .. Published], null)))
            .WithName("ListMethods").WithSummary("The scoring methods and their parameters");
        api.MapGet($"/methods/{PublishedMethods.EuSupplyRisk}/runs/2023", (SupplyBook book) =>
                TypedResults.Ok(new Page<EuStageRisk>(EuAssessment2023.Run(book.Figures), null)))
            .WithName("RunEuSupplyRisk2023").WithSummary("The EU's assessment of 2023, computed again from its own inputs");
    }

    private static readonly MethodLine[] Published =
    [
        new(PublishedMethods.EuSupplyRisk, "published", "SR = [HHI_GS·IR/2 + HHI_EU·(1 − IR/2)]·(1 − EoL_RIR)·SI_SR; HHI = Σ S²·WGI·t; critical from 1.0",
            "European Commission, methodology for establishing the EU list of critical raw materials, 2017", new { Threshold = 1.0 }),
        new(Usgs2021.Name, "published", "SR = (DP·TE·EV)^⅓; DP = Σ PS²·ASI·WSI; TE = net import reliance", "USGS, Open-File Report 2021-1045", new { UsgsSupplyRisk.Threshold }),
        new("usgs-gdp-2025", "published", "probability-weighted decrease of United States GDP over one-year trade disruptions", "USGS, Open-File Report 2025-1047", null),
        new("net-import-reliance", "published", "imports − exports ± stock changes, over apparent consumption", "USGS Mineral Commodity Summaries", null),
        new("hhi-production", "published", "Σ S², shares in percent, 0 to 10,000; interval: the unnamed rest spread thin, and as one", "Herfindahl 1950, Hirschman 1945", null),
        new("hhi-imports", "published", "Σ S² over an importer's sources, 0 to 10,000", "Herfindahl 1950, Hirschman 1945", null),
    ];

    private static MethodLine Live(LiveMethod method, FiguresEdition figures) => new(
        method.Name, "live", "L_k = −ln(1 − w_k·x_k); score = 100·(1 − e^−ΣL); points_k = score·L_k/ΣL", "docs/METHOD.md: how risk is scored",
        new
        {
            Weights = FactorNames.All.ToDictionary(f => f.NameOf(), method.WeightOf, StringComparer.Ordinal),
            Levels = new { Moderate = method.ModerateFrom, High = method.HighFrom, Severe = method.SevereFrom },
            Severities = method.Severities.OrderByDescending(s => s.Value).ThenBy(s => s.Key)
                .ToDictionary(s => JsonNamingPolicy.KebabCaseLower.ConvertName(s.Key.ToString()), s => s.Value, StringComparer.Ordinal),
            Quota = "1 − volume/baseline where both are known",
            Segments = new { Military = method.MilitaryShare, Civil = 1 - method.MilitaryShare },
            Pending = new { method.NearDays, AnnouncedNear = method.AnnouncedNearPart, Suspended = method.SuspendedPart, SuspendedNear = method.SuspendedNearPart },
            Unconfirmed = method.UnconfirmedPart,
            Market = new
            {
                FromZ = method.MarketFromZ, RangeZ = method.MarketRangeZ, PriceSignalChanged.SpreadFloor, method.ScenarioSpread,
                MonthlySpreadFloor = method.ScenarioSpread, // as it was called first
            },
            Figures = figures.Name,
        });
}
