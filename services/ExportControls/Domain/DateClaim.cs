namespace Chokepoint.ExportControls.Domain;

/// <summary>Which day a source gives for a date on which sources differ. The day that is taken is among the claims too.</summary>
/// <param name="Member">The date it is about, by its name: <c>announcedOn</c> of a notice, <c>effectiveFrom</c> or <c>effectiveUntil</c> of a clause.</param>
/// <param name="Source">Who says so.</param>
/// <param name="Url">Where, if an address is known.</param>
internal sealed record DateClaim(string Member, DateOnly Day, string Source, string? Url);

/// <summary>The dates that sources may differ on.</summary>
internal static class DateClaims
{
    public const string AnnouncedOn = "announcedOn";
    public const string EffectiveFrom = "effectiveFrom";
    public const string EffectiveUntil = "effectiveUntil";

    /// <summary>Those of both, each once, in one order; null when there are none.</summary>
    public static IReadOnlyList<DateClaim>? Union(IReadOnlyList<DateClaim>? one, IReadOnlyList<DateClaim>? other = null)
    {
        List<DateClaim> all = [.. (one ?? []).Concat(other ?? []).Distinct()
            .OrderBy(c => c.Member, StringComparer.Ordinal).ThenBy(c => c.Day).ThenBy(c => c.Source, StringComparer.Ordinal)];
        return all.Count is 0 ? null : all;
    }
}
