namespace Chokepoint.Messaging.Consumers;

/// <summary>What a dead letter says about itself, besides the headers it came with.</summary>
internal static class DeadLetterHeaders
{
    public const string Queue = "chokepoint-queue";
    public const string Type = "chokepoint-fault-type";
    public const string Reason = "chokepoint-fault-reason";
    public const string At = "chokepoint-fault-at";

    private const int LongestReason = 2000;

    /// <summary>The messages from the outermost exception to the innermost, without stack traces; short enough for a header.</summary>
    public static string ReasonOf(Exception exception)
    {
        var reasons = new List<string>();
        for (var cause = exception; cause is not null; cause = cause.InnerException) reasons.Add($"{cause.GetType().Name}: {cause.Message}");
        var reason = string.Join(" ← ", reasons.Distinct(StringComparer.Ordinal));
        return reason.Length <= LongestReason ? reason : reason[..LongestReason];
    }
}
