using System.Net.Http.Headers;

namespace Chokepoint.Polling.Http;

internal static class RetryAfter
{
    /// <summary>A source that asks for more is asked again after this: a wrong header must not end the polling.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromDays(1);

    /// <summary>What <c>Retry-After</c> says, as a span; a date counts from the answer's own <c>Date</c>, whatever our clock says.</summary>
    public static TimeSpan? Of(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var asked = headers.RetryAfter switch
        {
            { Delta: { } span } => span,
            { Date: { } date } => date - (headers.Date ?? now),
            _ => (TimeSpan?)null,
        };
        return asked is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, Most.Ticks)) : null;
    }
}
