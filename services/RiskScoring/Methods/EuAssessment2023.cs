using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Methods;

/// <summary>One stage of the EU's 2023 assessment, computed again.</summary>
/// <param name="Mode">The legs that the assessment used: <c>GS+EU</c>, <c>GSonly</c>, <c>EUonly</c>.</param>
/// <param name="SupplyRisk">Null where an input the mode needs is not in the published tables.</param>
internal sealed record EuStageRisk(string Material, string Mineral, Stage Stage, string Mode, double? SupplyRisk, EuStageInputs Inputs, bool Reproduces, string? Note);

internal sealed record EuStageInputs(double? HhiGlobal, double? HhiSourcing, double? ImportReliance, double? RecyclingRate, double? Substitution);

/// <summary>
/// METHOD.md section 1 on the assessment's own inputs: annex shares as printed, its trade factors, governance of 2019. Every stage the
/// assessment scored is computed, those that do not reproduce from their own printed inputs included, and said to be.
/// </summary>
internal static class EuAssessment2023
{
    private const string Edition = "2023";
    private const int GovernanceYear = 2019;

    private static readonly HashSet<(string Mineral, Stage? Stage)> NotReproducible =
    [
        ("neodymium", Stage.Extraction), ("germanium", null), ("yttrium", null), ("cerium", Stage.Extraction), ("niobium", Stage.Processing),
        ("arsenic", null), ("chromium", Stage.Extraction),
    ];

    public static IReadOnlyList<EuStageRisk> Run(FigureSet figures) =>
        [.. figures.All.Where(f => f is { Kind: FigureKind.SupplyLegs, Vintage: Edition, Mineral: not null, Stage: not null, Operator: not null })
            .OrderBy(f => f.Mineral, StringComparer.Ordinal).ThenBy(f => f.Stage)
            .Select(legs => StageRisk(figures, legs.Mineral!, legs.Stage!.Value, legs.Operator!, legs.Note))];

    private static EuStageRisk StageRisk(FigureSet figures, string mineral, Stage stage, string mode, string? material)
    {
        var global = mode is "EUonly" ? null : Hhi(
            figures, figures.ByMineral[mineral].Where(f => f.Kind == FigureKind.ProducerShare && f.Stage == stage && f.Vintage == Edition),
            f => f.Economy!, Factors(figures, mineral, stage, "global-supply"));
        var sourcing = mode is "GSonly" ? null : Hhi(
            figures, figures.Of(FigureKind.ImportShare, mineral, stage, Economies.EuropeanUnion).Where(f => f.Vintage == Edition), f => f.Counterpart!,
            Factors(figures, mineral, stage, "sourcing"));
        var reliance = Printed(figures, FigureKind.ImportReliance, mineral, stage) / 100;
        var recycling = Printed(figures, FigureKind.RecyclingInputRate, mineral, null) / 100;
        var substitution = Printed(figures, FigureKind.Substitution, mineral, null);
        // With one leg alone its weight is full, and reliance is not asked for.
        var risk = recycling is { } eol && substitution is { } si && (reliance is not null || global is null || sourcing is null)
            ? Domain.SupplyRisk.Of(global, sourcing, reliance ?? 1, eol, si)
            : null;
        var reproduces = !NotReproducible.Contains((mineral, stage)) && !NotReproducible.Contains((mineral, null));
        return new EuStageRisk(
            material?.Split(';')[0] ?? (Reference.Minerals.TryGet(mineral, out var known) ? known.Name : mineral), mineral, stage, mode, Rounded(risk, 2),
            new EuStageInputs(Rounded(global, 3), Rounded(sourcing, 3), reliance, recycling, substitution), reproduces,
            Note(reproduces, mode, global, sourcing, risk));
    }

    private static string? Note(bool reproduces, string mode, double? global, double? sourcing, double? risk) => (reproduces, risk, mode, global, sourcing) switch
    {
        (false, _, _, _, _) => "the published value is not what its own printed inputs give",
        (_, null, _, null, null) => "no shares are printed for this stage",
        (_, null, _, _, _) => "its recycling rate or substitution index is not printed",
        (_, _, "GS+EU", _, null) => "no EU sourcing is printed for this stage: world supply has the full weight",
        (_, _, "GS+EU", null, _) => "no world shares are printed for this stage: EU sourcing has the full weight",
        _ => null,
    };

    /// <summary>As the assessment printed it, whatever newer editions say.</summary>
    private static double? Printed(FigureSet figures, FigureKind kind, string mineral, Stage? stage) =>
        figures.Of(kind, mineral, stage, Economies.EuropeanUnion).FirstOrDefault(f => f is { Vintage: Edition, Form: null })?.Value;

    private static Dictionary<string, double> Factors(FigureSet figures, string mineral, Stage stage, string leg) =>
        figures.Of(FigureKind.TradeFactor, mineral, stage, Economies.EuropeanUnion).Where(f => f.Form == leg && f.Vintage == Edition && f.Value is not null)
            .DistinctBy(f => f.Counterpart, StringComparer.Ordinal).ToDictionary(f => f.Counterpart!, f => f.Value!.Value, StringComparer.Ordinal);

    private static double? Hhi(FigureSet figures, IEnumerable<Figure> shares, Func<Figure, string> supplier, Dictionary<string, double> factors)
    {
        double? sum = null;
        foreach (var figure in shares)
        {
            if (figure.Value is null || figures.Governance(supplier(figure), GovernanceYear, Edition)?.Value is not { } governance) continue;
            var share = (figure.Range is ({ } low, { } high) ? (low + high) / 2 : figure.Value.Value) / 100;
            sum = (sum ?? 0) + Domain.SupplyRisk.Term(share, governance, factors.GetValueOrDefault(supplier(figure), 1));
        }

        return sum;
    }

    private static double? Rounded(double? value, int digits) => value is { } v ? Math.Round(v, digits) : null;
}
