using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// How fast one key may ask, by <c>RateLimits:PerSecond</c> (1000) with a burst of twice as many; who has no key counts by address. The
/// limit is generous: it keeps one caller's runaway loop from the others, it does not meter.
/// </summary>
internal static class RequestLimits
{
    public static IServiceCollection AddRequestLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(limits => limits.OnRejected = RefuseAsync);
        services.AddOptions<RateLimiterOptions>().Configure<IConfiguration>((limits, configuration) =>
        {
            var perSecond = configuration.GetValue("RateLimits:PerSecond", 1000);
            var burst = configuration.GetValue("RateLimits:Burst", perSecond * 2);
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(
                http => RateLimitPartition.GetTokenBucketLimiter(Caller(http), _ => Bucket(perSecond, burst)));
        });
        return services;
    }

    private static string Caller(HttpContext http) => http.User.Identity is { IsAuthenticated: true, Name: { } key }
        ? "key " + key
        : "address " + http.Connection.RemoteIpAddress;

    private static TokenBucketRateLimiterOptions Bucket(int perSecond, int burst) => new()
    {
        TokenLimit = burst,
        TokensPerPeriod = Math.Max(1, perSecond / 10),
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(perSecond < 10 ? 1000.0 / perSecond : 100),
        QueueLimit = 0,
    };

    private static async ValueTask RefuseAsync(OnRejectedContext context, CancellationToken cancellationToken)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        context.HttpContext.Response.Headers.RetryAfter =
            Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await Problems.Of(ProblemKind.TooManyRequests, "This key asks faster than it may.").ExecuteAsync(context.HttpContext);
    }
}
