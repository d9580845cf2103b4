using Chokepoint.Reference;
using Chokepoint.RiskScoring.Supply;
using FluentValidation;

namespace Chokepoint.RiskScoring.Scenarios;

internal sealed class ScenarioValidator : AbstractValidator<ScenarioRequest>
{
    private const int Most = 200;

    public ScenarioValidator()
    {
        RuleFor(s => s.Economies).HasAtMost(Most);
        RuleForEach(s => s.Economies).Must(e => e is not null && ScoredEconomies.Contains(e)).WithMessage("Is not a scored economy; see /api/risk/economies.");
        RuleFor(s => s.Minerals).HasAtMost(Most);
        RuleForEach(s => s.Minerals).Must(IsMineral).WithMessage("Is no mineral; see /api/risk/minerals.");
        RuleFor(s => s.Clauses).HasAtMost(Most);
        RuleFor(s => s.SupplyCuts).HasAtMost(Most);
        RuleFor(s => s.PriceShocks).HasAtMost(Most);
        RuleFor(s => s.Issuer).Must(i => i is null || Economies.TryGet(i, out _)).WithMessage("Is no economy known here.");
        RuleFor(s => s.Clauses)
            .Must(_ => false).WithMessage("Give a clause, a supply cut or a price shock: the scenario changes nothing.")
            .When(s => s is { Clauses: null or { Count: 0 }, SupplyCuts: null or { Count: 0 }, PriceShocks: null or { Count: 0 } });
        RuleForEach(s => s.Clauses).NotNull().WithMessage("Is null.").SetValidator(new ClauseRules()!);
        RuleForEach(s => s.Clauses)
            .Must((scenario, clause) => clause?.Issuer is not null || scenario.Issuer is not null)
            .WithMessage("Has no issuer: name one in the clause, or one for all beside the clauses.");
        RuleForEach(s => s.SupplyCuts).NotNull().WithMessage("Is null.").SetValidator(new CutRules()!);
        RuleForEach(s => s.PriceShocks).NotNull().WithMessage("Is null.").SetValidator(new ShockRules()!);
    }

    private static bool IsMineral(string? slug) => slug is not null && Reference.Minerals.TryGet(slug, out _);

    private sealed class ClauseRules : AbstractValidator<ScenarioClause>
    {
        public ClauseRules()
        {
            RuleFor(c => c.Measure).NotNull().WithMessage("Is needed.").IsInEnum().WithMessage("Is not a measure known here.");
            RuleFor(c => c.Issuer).Must(i => i is null || Economies.TryGet(i, out _)).WithMessage("Is no economy known here.");
            RuleForEach(c => c.Minerals).Must(m => m is not null && Reference.Minerals.TryResolve(m, out _)).WithMessage("Is neither a mineral nor a group of minerals known here.");
            RuleFor(c => c.Minerals).Must((clause, _) => clause.ResolvedMinerals().Count > 0).WithMessage("Is empty and no HS code says: the clause applies to nothing.")
                .When(c => c.Minerals?.TrueForAllKnown() is not false);
            RuleFor(c => c.Destinations).Must(d => d is not { Count: 0 }).WithMessage("Is empty; null means every destination.");
            RuleForEach(c => c.Destinations).Must(e => e is not null && Economies.TryGet(e, out _)).WithMessage("Is no economy known here.");
            RuleForEach(c => c.ExcludedDestinations).Must(e => e is not null && Economies.TryGet(e, out _)).WithMessage("Is no economy known here.");
            RuleForEach(c => c.Items).NotNull().WithMessage("Is null.").SetValidator(new ItemRules()!);
            RuleFor(c => c.EffectiveUntil).Must((c, until) => !(until < c.EffectiveFrom)).WithMessage("Is before effectiveFrom.");
            RuleFor(c => c.Quota!.Volume).NotNull().WithMessage("Is needed.").GreaterThanOrEqualTo(0).WithMessage("Is negative.").When(c => c.Quota is not null);
        }
    }

    private sealed class ItemRules : AbstractValidator<ScenarioItem>
    {
        public ItemRules() => RuleForEach(i => i.HsCodes).Must(c => c is { Length: >= 6 and <= 10 } && c.All(char.IsAsciiDigit))
            .WithMessage("Is not an HS code: give 6 to 10 digits without dots.");
    }

    private sealed class CutRules : AbstractValidator<SupplyCut>
    {
        public CutRules()
        {
            RuleFor(c => c.Supplier).Must(s => s is not null && Economies.TryGet(s, out _)).WithMessage("Is no economy known here.");
            RuleFor(c => c.Mineral).Must(IsMineral).WithMessage("Is no mineral; see /api/risk/minerals.");
            RuleFor(c => c.Share).NotNull().WithMessage("Is needed.").InclusiveBetween(0, 1).WithMessage("Must be from 0 to 1, the part that is cut.");
        }
    }

    private sealed class ShockRules : AbstractValidator<PriceShock>
    {
        public ShockRules()
        {
            RuleFor(s => s.Mineral).Must(IsMineral).WithMessage("Is no mineral; see /api/risk/minerals.");
            RuleFor(s => s.Percent).NotNull().WithMessage("Is needed.").Must(p => p is null or (> -100 and <= 10_000)).WithMessage("Must be more than -100 and at most 10000.");
        }
    }
}

internal static class ScenarioRules
{
    public static IRuleBuilderOptions<T, IReadOnlyList<TItem>?> HasAtMost<T, TItem>(this IRuleBuilder<T, IReadOnlyList<TItem>?> rule, int most) =>
        rule.Must(list => list is null || list.Count <= most).WithMessage($"Has more than {most} entries.");

    public static bool TrueForAllKnown(this IReadOnlyList<string> minerals) => minerals.All(m => m is not null && Reference.Minerals.TryResolve(m, out _));
}
