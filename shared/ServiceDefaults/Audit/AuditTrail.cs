using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Records every write before it is carried out, and its status after the answer. While the entry is on its way the request's body is
/// read and validated, which changes nothing; what an endpoint of a group does waits for it.
/// </summary>
internal sealed class AuditTrail(RequestDelegate next, IServiceProvider services)
{
    private const int LongestPath = 1024;

    private readonly AuditTable? _table = services.GetService<AuditTable>(); // a service without a database has no writes
    private readonly AuditOutcomes? _outcomes = services.GetService<AuditOutcomes>();

    public Task InvokeAsync(HttpContext http) => _table is not null && WriteOf(http) is { } endpoint ? RecordAsync(http, endpoint) : next(http);

    /// <summary>Before the endpoint, after its body was bound and validated.</summary>
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (context.HttpContext.Features.Get<EntryUnderWay>() is { } entry)
            await entry.Stored;
        return await next(context);
    }

    private async Task RecordAsync(HttpContext http, RouteEndpoint endpoint)
    {
        var id = Guid.CreateVersion7();
        var path = http.Request.Path.Value!;
        var key = http.Request.Headers[Idempotency.Header].ToString();
        var stored = _table!.BeginAsync(
            id, http.User.Identity?.Name ?? "", http.Request.Method, path.Length <= LongestPath ? path : path[..LongestPath],
            Activity.Current?.TraceId.ToHexString(), key.Length is 0 ? null : AnswerSeal.NameOf(key), http.RequestAborted);
        if (endpoint.Metadata.GetMetadata<WaitsForItsEntry>() is null)
            await stored;
        else
            http.Features.Set(new EntryUnderWay(stored));
        http.Response.OnCompleted(async () =>
        {
            await stored.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stored.IsCompletedSuccessfully)
                _outcomes!.Add(new AuditOutcome(id, http.Response.StatusCode, http.Response.Headers.Location));
        });
        await next(http);
    }

    private static RouteEndpoint? WriteOf(HttpContext http) =>
        !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method) && !HttpMethods.IsOptions(http.Request.Method)
        && http.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<StoresNothing>() is null ? endpoint : null;

    private sealed record EntryUnderWay(Task Stored);
}

/// <summary>The endpoint has <see cref="AuditTrail.FilterAsync"/> before it; one that has not begins when its entry is stored.</summary>
internal sealed class WaitsForItsEntry
{
    public static readonly WaitsForItsEntry Instance = new();
}

internal sealed class StoresNothing
{
    public static readonly StoresNothing Instance = new();
}

/// <summary>For a POST that is a question.</summary>
public static class AuditExtensions
{
    /// <summary>Whatever its method, the endpoint changes nothing, and the audit log of writes leaves it out.</summary>
    public static TBuilder ChangesNothing<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(StoresNothing.Instance);

    /// <summary>Whatever the group's endpoints do waits for the entry; what they check before it does not.</summary>
    internal static void WithAudit(this RouteGroupBuilder group) => group.WithMetadata(WaitsForItsEntry.Instance).AddEndpointFilter(AuditTrail.FilterAsync);
}
