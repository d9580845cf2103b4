using System.Text.RegularExpressions;
using Chokepoint.ExportControls.Clauses;
using Chokepoint.ExportControls.Domain;
using Chokepoint.Reference;
using FluentValidation;

namespace Chokepoint.ExportControls.Notices;

/// <summary>What can be said of a notice without looking at other notices.</summary>
internal sealed partial class NoticeRequestValidator : AbstractValidator<NoticeRequest>
{
    private const int MostClauses = 200;
    private const int MostActions = 500;
    private const int MostSources = 50;

    public NoticeRequestValidator()
    {
        RuleFor(n => n.Issuer).IsEconomy();
        RuleFor(n => n.Authority).MaximumLength(200).WithMessage("Is longer than 200 characters.");
        RuleFor(n => n.Notes).MaximumLength(4000).WithMessage("Is longer than 4000 characters.");
        RuleFor(n => n.DocumentNumber).IsLabel(100);
        RuleFor(n => n.Title).IsLabel(1000);
        RuleFor(n => n.Language).Must(l => l is null || LanguageTag().IsMatch(l)).WithMessage("Is not a BCP 47 language tag: must be one such as zh or en-GB, or null.");
        RuleFor(n => n.AnnouncedOn).IsDay();
        RuleFor(n => n.Confidence).IsNamed();

        RuleFor(n => n.DateClaims).HasAtMost(DateClaimValidator.Most);
        RuleForEach(n => n.DateClaims).NotNull().WithMessage("Is null: give member, day and source.").SetValidator(new DateClaimValidator(DateClaims.AnnouncedOn)!);
        RuleFor(n => n).Custom((notice, context) => DateClaimValidator.CheckDays(context, notice.DateClaims, DateClaims.AnnouncedOn, notice.AnnouncedOn));

        RuleFor(n => n.Sources).HasAtMost(MostSources);
        RuleForEach(n => n.Sources).NotNull().WithMessage("Is null: give url and kind.").SetValidator(new SourceValidator()!);

        RuleFor(n => n.Clauses).Must((notice, _) => notice.Clauses is { Count: > 0 } || notice.Actions is { Count: > 0 })
            .WithMessage("Has no clause, and actions has no action: give one of either, or the notice does nothing.");
        RuleFor(n => n.Clauses).HasAtMost(MostClauses);
        RuleForEach(n => n.Clauses).NotNull().WithMessage("Is null: give number, measure, minerals and effectiveFrom.").SetValidator(new ClauseValidator()!);

        RuleFor(n => n.Actions).HasAtMost(MostActions);
        RuleForEach(n => n.Actions).NotNull().WithMessage("Is null: give action, target and from.").SetValidator(new ActionValidator()!);

        RuleFor(n => n).Custom(CheckNumbersAndDays);
    }

    /// <summary>Clause numbers are unique, and nothing acts before it was announced.</summary>
    private static void CheckNumbersAndDays(NoticeRequest notice, ValidationContext<NoticeRequest> context)
    {
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, clause) in (notice.Clauses ?? []).Index())
        {
            if (clause?.Number is { } number && !numbers.Add(number))
                context.AddFailure($"Clauses[{i}].Number", $"Is the number of an earlier clause too: each needs its own, such as {i + 1}.");
            if (clause?.EffectiveFrom < notice.AnnouncedOn)
                context.AddFailure($"Clauses[{i}].EffectiveFrom", BeforeAnnounced(notice));
        }
        foreach (var (i, action) in (notice.Actions ?? []).Index())
            if (action?.From < notice.AnnouncedOn)
                context.AddFailure($"Actions[{i}].From", BeforeAnnounced(notice));
    }

    private static string BeforeAnnounced(NoticeRequest notice) => $"Is before announcedOn: must be {notice.AnnouncedOn:O} or later.";

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex LanguageTag();
}

internal sealed class SourceValidator : AbstractValidator<SourceRequest>
{
    public SourceValidator()
    {
        RuleFor(s => s.Url).IsWebAddress();
        RuleFor(s => s.Kind).Must(kind => kind is "primary" or "secondary").WithMessage("Must be primary, the issuer's own document, or secondary, anybody else's account of it.");
    }
}

internal sealed class ActionValidator : AbstractValidator<ActionRequest>
{
    public ActionValidator()
    {
        RuleFor(a => a.Action).NotNull().WithMessage($"Is needed: one of {FieldRules.Names<ActionKind>()}.").IsNamed();
        RuleFor(a => a.Target).NotNull().WithMessage("Is needed: give issuer and documentNumber, and clause for one clause.");
        RuleFor(a => a.Target!.Issuer).IsEconomy().When(a => a.Target is not null);
        RuleFor(a => a.Target!.DocumentNumber).IsLabel(100).When(a => a.Target is not null);
        RuleFor(a => a.Target!.Clause).Must(c => c is not "").WithMessage("Is empty; null means every clause.").MaximumLength(40)
            .WithMessage("Is longer than 40 characters.").When(a => a.Target is not null);
        RuleFor(a => a.From).IsDay();
        RuleFor(a => a.Until).IsDay(required: false);
        RuleFor(a => a.Until).Must((action, until) => !(until < action.From)).WithMessage(a => $"Is before from: must be {a.From:O} or later, or null for no end.");
        RuleFor(a => a.Until).Null().WithMessage("Must be null: what ends or is resumed has no last day.")
            .When(a => a.Action is ActionKind.Repeal or ActionKind.Resume);
    }
}

/// <summary>Rules that several fields share. Messages continue the sentence that the field's pointer begins.</summary>
internal static class FieldRules
{
    private static readonly DateOnly First = new(1900, 1, 1);
    private static readonly DateOnly Last = new(2199, 12, 31);

    public static IRuleBuilderOptions<T, string?> IsEconomy<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(code => code is not null && Economies.TryGet(code, out _))
        .WithMessage("Is not an economy known here: give ISO 3166-1 alpha-3 in capitals, such as USA, or EU27.");

    public static IRuleBuilderOptions<T, string?> IsWebAddress<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
        .WithMessage("Must be an absolute http or https address, such as https://www.mofcom.gov.cn/x.")
        .MaximumLength(2000).WithMessage("Is longer than 2000 characters.");

    /// <summary>A short text that names something: present, not blank, without control characters or space around it.</summary>
    public static IRuleBuilderOptions<T, string?> IsLabel<T>(this IRuleBuilder<T, string?> rule, int longest) => rule
        .NotEmpty().WithMessage($"Is needed: 1 to {longest} characters.")
        .MaximumLength(longest).WithMessage($"Is longer than {longest} characters.")
        .Must(text => text is null || (text.Trim().Length == text.Length && !text.Any(char.IsControl)))
        .WithMessage("Has control characters or space around it: give it without.");

    public static IRuleBuilderOptions<T, DateOnly?> IsDay<T>(this IRuleBuilder<T, DateOnly?> rule, bool required = true) => rule
        .Must(day => day is not null || !required).WithMessage("Is needed: a day such as 2026-11-28.")
        .Must(day => day is null || (day >= First && day <= Last)).WithMessage("Must be a day from 1900-01-01 to 2199-12-31.");

    /// <summary>JSON may give a number that is read as infinity, such as 1e400.</summary>
    public static IRuleBuilderOptions<T, double?> IsFinite<T>(this IRuleBuilder<T, double?> rule) => rule
        .Must(number => number is null || double.IsFinite(number.Value)).WithMessage("Is larger than a number can be here: must be below 1.8e308.");

    /// <summary>JSON may give an enumeration's value as a number; only those that have a name count.</summary>
    public static IRuleBuilderOptions<T, TEnum?> IsNamed<T, TEnum>(this IRuleBuilder<T, TEnum?> rule)
        where TEnum : struct, Enum => rule
        .Must(value => value is null || Enum.IsDefined(value.Value)).WithMessage($"Must be one of {Names<TEnum>()}.");

    /// <summary>The published names of an enumeration.</summary>
    public static string Names<TEnum>()
        where TEnum : struct, Enum => string.Join(", ", Enum.GetValues<TEnum>().Select(EnumNames.Of));

    public static IRuleBuilderOptions<T, IReadOnlyList<TItem>?> HasAtMost<T, TItem>(
        this IRuleBuilder<T, IReadOnlyList<TItem>?> rule, int most) => rule
        .Must(list => list is null || list.Count <= most).WithMessage($"Has more than {most} entries, the most that is taken.");
}
