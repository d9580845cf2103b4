using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.RiskScoring.Exposure;

/// <summary>A supplier through whom an economy is exposed.</summary>
/// <param name="Share">Its blended part of the economy's supply, 0..1 (METHOD.md section 3).</param>
/// <param name="Severity">Of the controls on it today, 0..1.</param>
/// <param name="IfStopped">The score if it stopped exporting the mineral to everybody.</param>
internal sealed record ExposedThrough(string Supplier, double Share, double Severity, double IfStopped);

internal sealed record ExposedMineral(string Mineral, Stage Stage, double Score, RiskLevel Level, Interval Interval, string Basis, IReadOnlyList<ExposedThrough> Suppliers);

/// <summary>What one supplier could do to an economy: the mean rise over the minerals it supplies, and the worst of them.</summary>
internal sealed record SupplierReach(string Supplier, int Minerals, double LargestRise, string LargestMineral, double SumOfRises);

/// <param name="Minerals">Most exposed first.</param>
/// <param name="Suppliers">Those who could hurt most first.</param>
internal sealed record EconomyExposure(string Economy, IReadOnlyList<ExposedMineral> Minerals, IReadOnlyList<SupplierReach> Suppliers);

internal sealed record SectorMineral(string Mineral, string Application, bool Stated, string Source, string Vintage, double? Score, RiskLevel? Level);

internal sealed record SectorLine(string Sector, string? Economy, IReadOnlyList<SectorMineral> Minerals);

internal static class ExposureEndpoints
{
    private const double LeastShare = 0.01;

    public static void MapExposure(this RouteGroupBuilder api)
    {
        api.MapGet("/exposure/{economy}", ExposureAsync).WithName("GetExposure")
            .WithSummary("What an economy is most exposed to and through whom, and which supplier could hurt it most").Produces<EconomyExposure>();
        SupplierThreat.Map(api);
        api.MapGet("/sectors", SectorsAsync).WithName("ListSectors")
            .WithSummary("Which minerals a sector needs and who says so; with ?economy= the most exposed first").Produces<Page<SectorLine>>();
        api.MapGet("/claims", ListClaims).WithName("ListClaims")
            .WithSummary("Claims about minerals side by side, those that disagree too, each with its source").Produces<Page<Claim>>();
    }

    private static async Task<IResult> ExposureAsync(
        string economy, SupplyBook book, FactBook facts, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!ScoredEconomies.Contains(economy)) return GetScore.Absent(economy, "");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var snapshot = await facts.RefreshAsync(connection, cancellationToken);
        PairScore[] pairs = [.. Reference.Minerals.All.Select(m => LiveScores.At(book, snapshot, economy, m.Slug, time.GetUtcNow()).Score).Where(p => p.Deciding is not null)];
        var grid = new ScenarioGrid(pairs, book.Method);
        var suppliers = pairs.SelectMany(p => p.Deciding!.Supply.Suppliers).Select(s => s.Economy).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var stopped = new float[pairs.Length * suppliers.Length];
        grid.Score([.. suppliers.Select(s => new ExportStop(s, null, null, 1))], stopped);

        var minerals = pairs.Select((p, row) => Line(p, supplier => stopped[row * suppliers.Length + Array.IndexOf(suppliers, supplier)], book.Method))
            .OrderByDescending(l => l.Score).ThenBy(l => l.Mineral, StringComparer.Ordinal).ToList();
        return TypedResults.Ok(new EconomyExposure(economy, minerals, Reach(pairs, suppliers, stopped)));
    }

    private static ExposedMineral Line(PairScore pair, Func<string, float> ifStopped, LiveMethod method)
    {
        const int listed = 8;
        var deciding = pair.Deciding!;
        var score = Points.Tenths(deciding.Score) / 10.0;
        var through = deciding.Supply.Suppliers
            .Select((s, i) => (s.Economy, Share: deciding.Supply.Blended(i), Severity: deciding.Severities[i])).Where(s => s.Share >= LeastShare)
            .OrderByDescending(s => s.Share).ThenBy(s => s.Economy, StringComparer.Ordinal).Take(listed);
        return new ExposedMineral(
            pair.Mineral, deciding.Stage, score, method.LevelOf(score), Explanation.Outward(pair.Low, pair.High),
            deciding.Supply.Inputs.Basis == SupplyBasis.Sourced ? "sourced" : "global",
            [.. through.Select(s => new ExposedThrough(s.Economy, Math.Round(s.Share, 4), Math.Round(s.Severity, 4), Math.Round(ifStopped(s.Economy), 1)))]);
    }

    private static List<SupplierReach> Reach(PairScore[] pairs, string[] suppliers, float[] stopped)
    {
        var reach = new List<SupplierReach>();
        for (var s = 0; s < suppliers.Length; s++)
        {
            var rises = pairs.Select((p, row) => (p.Mineral, Rise: Math.Max(0, stopped[row * suppliers.Length + s] - p.Deciding!.Score))).Where(r => r.Rise >= 0.05).ToList();
            if (rises.Count == 0) continue;
            var largest = rises.MaxBy(r => r.Rise);
            reach.Add(new SupplierReach(suppliers[s], rises.Count, Math.Round(largest.Rise, 1), largest.Mineral, Math.Round(rises.Sum(r => r.Rise), 1)));
        }

        return [.. reach.OrderByDescending(r => r.SumOfRises).ThenBy(r => r.Supplier, StringComparer.Ordinal)];
    }

    private static async Task<IResult> SectorsAsync(
        string? economy, string? sector, SupplyBook book, FactBook facts, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        if (economy is not null && !ScoredEconomies.Contains(economy)) return Problems.Invalid("/economy", $"'{economy}' is not a scored economy; see /api/risk/economies.");
        if (sector is not null && !Sectors.Names.Contains(sector, StringComparer.Ordinal)) return Problems.Invalid("/sector", $"Must be one of {string.Join(", ", Sectors.Names)}.");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var snapshot = await facts.RefreshAsync(connection, cancellationToken);
        var lines = Sectors.Names.Where(n => sector is null || n == sector).Select(name => new SectorLine(
            name, economy,
            [.. Sectors.Of(name).Select(use => Need(use)).OrderByDescending(m => m.Score).ThenBy(m => m.Mineral, StringComparer.Ordinal)]));
        return TypedResults.Ok(new Page<SectorLine>([.. lines], null));

        SectorMineral Need(SectorUse use)
        {
            var score = economy is not null && book.Contains(economy, use.Mineral)
                ? LiveScores.At(book, snapshot, economy, use.Mineral, time.GetUtcNow()).Document : null;
            return new SectorMineral(use.Mineral, use.Application, use.Stated, use.Source, use.Vintage, score?.Score, score?.Level);
        }
    }

    private static IResult ListClaims(string? mineral, string? topic)
    {
        if (mineral is not null && !Reference.Minerals.TryResolve(mineral, out _)) return Problems.Invalid("/mineral", $"'{mineral}' is no mineral; see /api/risk/minerals.");
        return TypedResults.Ok(new Page<Claim>([.. Claims.All.Where(c => (mineral is null || c.Mineral == mineral) && (topic is null || c.Topic == topic))], null));
    }
}
