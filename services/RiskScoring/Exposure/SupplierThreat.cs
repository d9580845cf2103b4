using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.RiskScoring.Exposure;

/// <summary>A pair that a supplier could hurt by stopping its exports of the mineral to everybody.</summary>
/// <param name="Share">Its blended part, with that of a customs union's members, of the importer's supply at the deciding stage, 0..1; 0 where it hurts through another stage.</param>
internal sealed record ThreatenedPair(string Economy, string Mineral, Stage Stage, double Share, double Score, double IfStopped, double Rise);

/// <summary>What a supplier could hurt most, whoever imports it.</summary>
internal static class SupplierThreat
{
    /// <summary>Below this a rise does not show in a score of one decimal.</summary>
    private const double Least = 0.05;

    public static void Map(RouteGroupBuilder api) => api.MapGet("/exposure/suppliers/{supplier}", HandleAsync)
        .WithName("GetSupplierThreat").WithSummary("What a supplier could hurt most: every pair that would score higher if it stopped exporting")
        .Produces<Page<ThreatenedPair>>();

    private static async Task<IResult> HandleAsync(
        string supplier, string? mineral, PageRequest page, SupplyBook book, FactBook facts, NpgsqlDataSource database, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!Economies.TryGet(supplier, out _)) return Problems.NotFound($"'{supplier}' is no economy known here.");
        if (mineral is not null && !Reference.Minerals.TryGet(mineral, out _)) return Problems.Invalid("/mineral", $"'{mineral}' is no mineral; see /api/risk/minerals.");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var snapshot = await facts.RefreshAsync(connection, cancellationToken);
        var now = time.GetUtcNow();
        var stopping = Supplier.NamedBy(supplier);
        PairScore[] pairs = [.. book.Pairs.Where(p => mineral is null || p.Mineral == mineral).Where(p => Supplies(book, snapshot, stopping, p))
            .Select(p => LiveScores.At(book, snapshot, p.Economy, p.Mineral, now).Score)];
        var stopped = new float[pairs.Length];
        new ScenarioGrid(pairs, book.Method).Score([new ExportStop(supplier, null, null, 1)], stopped);

        var from = page.After<int>();
        var threatened = pairs.Select((p, i) => Line(p, stopping, stopped[i])).Where(t => t.IfStopped - t.Score >= Least)
            .OrderByDescending(t => t.Rise).ThenBy(t => t.Mineral, StringComparer.Ordinal).ThenBy(t => t.Economy, StringComparer.Ordinal)
            .Index().Skip(from).Take(page.Take).ToList();
        var part = Page.From(threatened, page, t => t.Index + 1);
        return TypedResults.Ok(new Page<ThreatenedPair>([.. part.Items.Select(t => t.Item)], part.NextCursor));
    }

    private static bool Supplies(SupplyBook book, FactBook.Snapshot snapshot, IReadOnlyList<string> stopping, (string Economy, string Mineral) pair) =>
        snapshot.Signals.Of(pair.Mineral).Views(book, pair.Economy, pair.Mineral).Any(v => v.Supply.Suppliers.Any(s => stopping.Contains(s.Economy, StringComparer.Ordinal)));

    private static ThreatenedPair Line(PairScore pair, IReadOnlyList<string> stopping, double stopped)
    {
        var supply = pair.Deciding!.Supply;
        var share = supply.Suppliers.Index().Where(s => stopping.Contains(s.Item.Economy, StringComparer.Ordinal)).Sum(s => supply.Blended(s.Index));
        var (score, after) = (Math.Round(pair.Deciding.Score, 1), Math.Round(stopped, 1));
        return new ThreatenedPair(pair.Economy, pair.Mineral, supply.Stage, Math.Round(share, 4), score, after, Math.Round(after - score, 1));
    }
}
