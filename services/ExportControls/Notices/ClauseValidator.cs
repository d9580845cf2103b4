using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;
using Chokepoint.Reference;
using FluentValidation;

namespace Chokepoint.ExportControls.Notices;

internal sealed class ClauseValidator : AbstractValidator<ClauseRequest>
{
    private const int MostItems = 1000;
    private const int MostNames = 300;

    internal static string KnownMinerals { get; } =
        $"Is neither a mineral nor a group of minerals known here: give a slug such as gallium, or one of the groups {string.Join(", ", Minerals.Groups.Append(Minerals.AllDualUse).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}.";

    public ClauseValidator()
    {
        RuleFor(c => c.Number).IsLabel(40);
        RuleFor(c => c.Measure).NotNull().WithMessage($"Is needed: one of {FieldRules.Names<Measure>()}.").IsNamed();
        RuleFor(c => c.EndUse).IsNamed();
        RuleForEach(c => c.Stages).IsInEnum().WithMessage($"Must be one of {FieldRules.Names<Stage>()}.");

        RuleFor(c => c.Minerals).HasAtMost(MostNames);
        RuleForEach(c => c.Minerals)
            .Must(m => m is not null && Minerals.TryResolve(m, out _))
            .WithMessage(KnownMinerals);
        RuleFor(c => c.Minerals)
            .Must((clause, minerals) => minerals is { Count: > 0 } || (clause.Items ?? []).Any(NamesAGood))
            .WithMessage("Is empty and no item names a good, so that the clause applies to nothing: name a mineral, or give an item an HS code, a control code or a description.");
        RuleFor(c => c.Items).HasAtMost(MostItems);
        RuleForEach(c => c.Items).NotNull().WithMessage("Is null: give hsCodes, controlCode or description.").SetValidator(new ItemValidator()!);

        RuleFor(c => c.Destinations)
            .Must(d => d is not { Count: 0 }).WithMessage("Is empty: name one economy at least, or give null for every destination.")
            .HasAtMost(MostNames);
        RuleForEach(c => c.Destinations).IsEconomy();
        RuleFor(c => c.ExcludedDestinations).HasAtMost(MostNames);
        RuleForEach(c => c.ExcludedDestinations).IsEconomy()
            .Must((clause, excluded) => clause.Destinations?.Contains(excluded!, StringComparer.Ordinal) is not true)
            .WithMessage("Is among destinations too: take it out of one of the two.");

        RuleFor(c => c.EffectiveFrom).IsDay();
        RuleFor(c => c.EffectiveUntil).IsDay(required: false);
        RuleFor(c => c.EffectiveUntil).Must((clause, until) => !(until < clause.EffectiveFrom)).WithMessage(c => $"Is before effectiveFrom: must be {c.EffectiveFrom:O} or later, or null for no end.");

        RuleFor(c => c.DateClaims).HasAtMost(DateClaimValidator.Most);
        RuleForEach(c => c.DateClaims).NotNull().WithMessage("Is null: give member, day and source.")
            .SetValidator(new DateClaimValidator(DateClaims.EffectiveFrom, DateClaims.EffectiveUntil)!);
        RuleFor(c => c).Custom((clause, context) =>
        {
            DateClaimValidator.CheckDays(context, clause.DateClaims, DateClaims.EffectiveFrom, clause.EffectiveFrom);
            DateClaimValidator.CheckDays(context, clause.DateClaims, DateClaims.EffectiveUntil, clause.EffectiveUntil);
        });

        RuleFor(c => c.Quota).Null().WithMessage("Belongs to the measure quota only: give null, or make measure quota.").When(c => c.Measure is not Measure.Quota);
        RuleFor(c => c.Quota).SetValidator(new QuotaValidator()!);
        RuleFor(c => c).Custom(CheckPeriods);

        RuleFor(c => c.Extraterritorial!.MinimumContentPercent).InclusiveBetween(0, 100).WithMessage("Must be from 0 to 100, in % of the good's value, or null.")
            .When(c => c.Extraterritorial is not null);
        RuleFor(c => c.Extraterritorial).Must(e => e is null or { MinimumContentPercent: not null } or { Technology: true })
            .WithMessage("Names neither a share of content nor technology, and so reaches no good made abroad: give minimumContentPercent, or technology as true, or null for the whole.");
    }

    /// <summary>A quota's periods lie within its clause's days and do not overlap.</summary>
    private static void CheckPeriods(ClauseRequest clause, ValidationContext<ClauseRequest> context)
    {
        var periods = clause.Quota?.Periods ?? [];
        foreach (var (i, period) in periods.Index())
        {
            if (period is null) continue;
            if (period.From < clause.EffectiveFrom) context.AddFailure($"Quota.Periods[{i}].From", $"Is before effectiveFrom: must be {clause.EffectiveFrom:O} or later.");
            if (period.Until > clause.EffectiveUntil) context.AddFailure($"Quota.Periods[{i}].Until", $"Is after effectiveUntil: must be {clause.EffectiveUntil:O} or earlier.");
            if (periods.Take(i).Any(p => p?.From <= period.Until && period.From <= p.Until))
                context.AddFailure($"Quota.Periods[{i}].From", "Begins a period that overlaps an earlier one: must be after the last day of that.");
        }
    }

    private static bool NamesAGood(ItemRequest? item) =>
        item is not null && (item.HsCodes is { Count: > 0 } || !string.IsNullOrWhiteSpace(item.ControlCode) || !string.IsNullOrWhiteSpace(item.Description));
}

internal sealed class ItemValidator : AbstractValidator<ItemRequest>
{
    public ItemValidator()
    {
        RuleFor(i => i.ControlCode).MaximumLength(100).WithMessage("Is longer than 100 characters.");
        RuleFor(i => i.Description).MaximumLength(4000).WithMessage("Is longer than 4000 characters.");
        RuleFor(i => i.HsCodes).HasAtMost(200);
        RuleForEach(i => i.HsCodes).Cascade(CascadeMode.Stop)
            .Must(IsHsCode).WithMessage("Is not an HS code: give 6 to 10 digits without dots, of a chapter from 01 to 97.")
            .Must(code => HsCodes.IsOfHs2022(code) is not false)
            .WithMessage("Begins with a code of an earlier revision of the Harmonized System: give the code of HS 2022.")
            .Must(code => HsCodes.IsOfHs2022(code) is not null)
            .WithMessage("Begins with six digits that no revision of the Harmonized System has: give a code of HS 2022.");
    }

    /// <summary>Six digits are the system's own, more the issuer's; chapter 77 is reserved and empty.</summary>
    private static bool IsHsCode(string? code) =>
        code is { Length: >= 6 and <= 10 } && code.All(char.IsAsciiDigit)
        && string.CompareOrdinal(code, "01") >= 0 && string.CompareOrdinal(code, "98") < 0 && !code.StartsWith("77", StringComparison.Ordinal);
}

internal sealed class QuotaValidator : AbstractValidator<QuotaRequest>
{
    public QuotaValidator()
    {
        RuleFor(q => q.Volume).NotNull().WithMessage("Is needed: what may leave in a year, 0 or more.").Must(v => v is null or >= 0).WithMessage("Is negative: must be 0 or more.").IsFinite();
        RuleFor(q => q.Baseline).Must(b => b is null or > 0).WithMessage("Must be more than 0, or null where it is not known.").IsFinite();
        RuleFor(q => q.Unit).IsLabel(20);
        RuleFor(q => q.Periods).HasAtMost(120);
        RuleForEach(q => q.Periods).NotNull().WithMessage("Is null: give from, until and volume.").SetValidator(new QuotaPeriodValidator()!);
    }
}

internal sealed class QuotaPeriodValidator : AbstractValidator<QuotaPeriodRequest>
{
    public QuotaPeriodValidator()
    {
        RuleFor(p => p.From).IsDay();
        RuleFor(p => p.Until).IsDay();
        RuleFor(p => p.Until).Must((period, until) => !(until < period.From)).WithMessage(p => $"Is before from: must be {p.From:O} or later.");
        RuleFor(p => p.Volume).NotNull().WithMessage("Is needed: what may leave in the period, 0 or more.").Must(v => v is null or >= 0).WithMessage("Is negative: must be 0 or more.").IsFinite();
    }
}
