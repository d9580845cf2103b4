using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.RiskScoring.Minerals;

internal sealed record MineralLine(
    string Slug, string Name, IReadOnlyList<string> Groups, bool OnUsList2025, bool InEuAssessment2023, IReadOnlyList<Stage> Stages);

internal sealed record EconomyLine(string Code, string Name, string? CustomsUnion, bool OwnSourcingKnown);

/// <param name="Share">0..1; 0 with an operator of <c>W</c> where the source withholds it.</param>
internal sealed record ProducerLine(string Economy, string Name, double Share, double Low, double High, double? Quantity, string Unit, string? Operator, string? Note);

/// <summary>Who makes a mineral at a stage, by the source that scoring uses.</summary>
/// <param name="Residual">Share of producers that nobody names, 0..1.</param>
/// <param name="Hhi">0..10,000: the residual spread thin, and as one producer.</param>
internal sealed record ProducersOfStage(
    Stage Stage, string Basis, int Year, string Source, string Vintage, string? Note, double Residual, Interval Hhi, IReadOnlyList<ProducerLine> Producers);

/// <summary>What there is to score: minerals with their producers, and importing economies.</summary>
internal static class MineralEndpoints
{
    public static void MapMinerals(this RouteGroupBuilder api)
    {
        api.MapGet("/minerals", (SupplyBook book) => TypedResults.Ok(Whole(Reference.Minerals.All.Select(m => new MineralLine(
                m.Slug, m.Name, m.Groups, m.OnUsList, m.InEuAssessment, [.. book.Of("USA", m.Slug).Select(v => v.Supply.Stage)])))))
            .WithName("ListMinerals").WithSummary("Every mineral, and the stages whose producers are known");
        api.MapGet("/minerals/{mineral}/producers", Producers)
            .WithName("ListProducers").WithSummary("Who makes a mineral, stage by stage, with the source").Produces<Page<ProducersOfStage>>();
        api.MapGet("/economies", (SupplyBook book) => TypedResults.Ok(Whole(ScoredEconomies.All.Select(code => EconomyLineOf(code, book)))))
            .WithName("ListEconomies").WithSummary("Every importing economy that is scored");
    }

    private static IResult Producers(string mineral, SupplyBook book)
    {
        if (!Reference.Minerals.TryGet(mineral, out _)) return Problems.NotFound($"No mineral is called '{mineral}'; GET /api/risk/minerals lists them.");
        return TypedResults.Ok(Whole(book.Of("USA", mineral).Select(v => Line(v.Producers))));
    }

    private static ProducersOfStage Line(SupplyShares shares) => new(
        shares.Stage, shares.Group is not null ? "group" : shares.Basis == SharesBasis.Usgs ? "usgs" : "eu-annex", shares.Year, shares.Source,
        shares.Vintage, shares.Note, shares.Residual, new Interval(Math.Round(shares.Concentration.Low), Math.Round(shares.Concentration.High)),
        [
            .. shares.Shares.Select(s => new ProducerLine(s.Economy, NameOf(s.Economy), s.Share, s.Low, s.High, s.Figure.Value, s.Figure.Unit, s.Figure.Operator, s.Figure.Note)),
            .. shares.Withheld.Select(f => new ProducerLine(f.Economy!, NameOf(f.Economy!), 0, 0, shares.WithheldUpTo ?? 1, null, f.Unit, f.Operator, f.Note)),
        ]);

    private static EconomyLine EconomyLineOf(string code, SupplyBook book) => new(
        code, NameOf(code), Economies.UnionOf(code),
        book.Pairs.Where(p => p.Economy == code).Any(p => book.Of(p.Economy, p.Mineral).Any(v => v.Sourcing is not null)));

    private static string NameOf(string code) => Economies.TryGet(code, out var economy) ? economy.Name : code;

    private static Page<T> Whole<T>(IEnumerable<T> items) => new([.. items], null);
}
