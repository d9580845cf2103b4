using Chokepoint.ExportControls.Domain;
using FluentValidation;

namespace Chokepoint.ExportControls.Notices;

/// <param name="members">The dates that may be claimed where it stands.</param>
internal sealed class DateClaimValidator : AbstractValidator<DateClaimRequest>
{
    public const int Most = 20;

    public DateClaimValidator(params string[] members)
    {
        RuleFor(c => c.Member).Must(m => members.Contains(m, StringComparer.Ordinal)).WithMessage($"Must be {string.Join(" or ", members)}.");
        RuleFor(c => c.Day).IsDay();
        RuleFor(c => c.Source).IsLabel(300);
        RuleFor(c => c.Url).IsWebAddress().When(c => c.Url is not null);
    }

    /// <summary>Claims stand where sources differ: of a date two days at least, and the one that is taken among them.</summary>
    public static void CheckDays<T>(ValidationContext<T> context, IReadOnlyList<DateClaimRequest?>? claims, string member, DateOnly? taken)
    {
        var days = (claims ?? []).Where(c => c?.Member == member && c.Day is not null).Select(c => c!.Day).ToHashSet();
        if (days.Count is 1) context.AddFailure(nameof(NoticeRequest.DateClaims), $"Gives one day only for {member}, so that no sources differ: give each source's day, or none.");
        else if (days.Count > 1 && !days.Contains(taken))
            context.AddFailure(nameof(NoticeRequest.DateClaims), $"Does not say who gives the {member} that is taken, {taken:O}: add that source's claim, or take one of the days claimed.");
    }
}
