using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Supply;

namespace Chokepoint.RiskScoring.Tests.Domain;

/// <summary>Clauses and supply to score with.</summary>
internal static class Given
{
    public static readonly DateOnly Today = new(2026, 1, 1);
    public static readonly LiveMethod Method = LiveMethod.Live1;
    private static readonly Lazy<SupplyBook> Shipped = new(() => new SupplyBook(Figures.Shipped, Method));

    public static SupplyBook Book => Shipped.Value;

    public static ControlClause Clause(string issuer, Measure measure, string mineral, params ControlInterval[] schedule) => new(
        Guid.CreateVersion7(), issuer, "2024-46", "2", measure, [mineral], [], null, [], null, null, Confidence.Confirmed,
        schedule.Length > 0 ? schedule : InForce, [new SourceReference("https://example.org/notice", "primary")], 1, Guid.CreateVersion7(),
        new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public static ControlInterval[] InForce => [new(Today.AddDays(-400), null, ControlStatus.InForce, StatusBasis.Notice)];

    /// <summary>Suspended, back in force after so many days from today.</summary>
    public static ControlInterval[] SuspendedFor(int days) =>
    [
        new(Today.AddDays(-400), Today.AddDays(-101), ControlStatus.InForce, StatusBasis.Notice),
        new(Today.AddDays(-100), Today.AddDays(days - 1), ControlStatus.Suspended, StatusBasis.Notice),
        new(Today.AddDays(days), null, ControlStatus.InForce, StatusBasis.Schedule),
    ];

    public static ControlInterval[] AnnouncedFor(int days) =>
    [
        new(Today.AddDays(-10), Today.AddDays(days - 1), ControlStatus.Announced, StatusBasis.Notice),
        new(Today.AddDays(days), null, ControlStatus.InForce, StatusBasis.Schedule),
    ];

    public static PairScore Score(string economy, string mineral, params ControlClause[] clauses) => Score(economy, mineral, Signals.None, clauses);

    public static PairScore Score(string economy, string mineral, Signals signals, params ControlClause[] clauses) => PairScorer.Score(
        economy, mineral, [.. Book.Of(economy, mineral).Select(v => v.Supply)], clauses, _ => Today, signals, Method);

    /// <summary>One stage with these suppliers (world share, share of consumption, governance).</summary>
    public static StageSupply Supply(
        string economy, SupplyBasis basis, double reliance, params (string Economy, double World, double Sourcing, double Governance)[] suppliers) => new(
        new StageInputs(
            economy, "gallium", Stage.Processing, basis,
            [.. suppliers.Select(s => new Supplier(
                s.Economy, Economies.UnionOf(s.Economy), Bounds.Exactly(s.World), Bounds.Exactly(s.Sourcing), Bounds.Exactly(s.Governance), 1))],
            Math.Max(0, 1 - suppliers.Sum(s => s.World)), 0, Bounds.Exactly(reliance), Bounds.Exactly(0), Bounds.Exactly(1)),
        Method);
}
