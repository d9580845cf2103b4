using Chokepoint.Reference;

namespace Chokepoint.ExportControls.Domain;

/// <summary>The instants between which a day lasts for an issuer: its notices act from midnight in its own zone.</summary>
internal static class IssuerDay
{
    /// <summary>The day that a question is about: the one it names, else each issuer's own today.</summary>
    public static Func<string, DateOnly> Asked(DateOnly? on, DateTimeOffset now)
    {
        if (on is { } day) return _ => day;
        var todays = new Dictionary<string, DateOnly>(StringComparer.Ordinal);
        return issuer =>
        {
            if (!todays.TryGetValue(issuer, out var today)) todays[issuer] = today = Economies.DayOf(issuer, now);
            return today;
        };
    }

    /// <summary>The first instant of a day. Where the clocks go forward at midnight, the day begins an hour late.</summary>
    public static DateTimeOffset StartOf(string issuer, DateOnly day)
    {
        var zone = Economies.TryGet(issuer, out var economy) ? TimeZoneInfo.FindSystemTimeZoneById(economy.TimeZone) : TimeZoneInfo.Utc;
        var midnight = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        while (zone.IsInvalidTime(midnight)) midnight = midnight.AddMinutes(30);
        // Where the clocks go back at midnight the day begins at the earlier of the two, the one with the larger offset.
        var offset = zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUniversalTime();
    }
}
