using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.ServiceDefaults;

/// <summary>Records every write before it is carried out, and its status after the answer.</summary>
internal sealed class AuditTrail(RequestDelegate next, IServiceProvider services)
{
    private const int LongestPath = 1024;

    private readonly AuditTable? _table = services.GetService<AuditTable>(); // a service without a database has no writes
    private readonly AuditOutcomes? _outcomes = services.GetService<AuditOutcomes>();

    public Task InvokeAsync(HttpContext http) => _table is not null && IsWrite(http) ? RecordAsync(http) : next(http);

    private async Task RecordAsync(HttpContext http)
    {
        var id = Guid.CreateVersion7();
        var path = http.Request.Path.Value!;
        var key = http.Request.Headers[Idempotency.Header].ToString();
        await _table!.BeginAsync(
            id, http.User.Identity?.Name ?? "", http.Request.Method, path.Length <= LongestPath ? path : path[..LongestPath],
            Activity.Current?.TraceId.ToHexString(), key.Length is 0 ? null : AnswerSeal.NameOf(key), http.RequestAborted);
        http.Response.OnCompleted(() =>
        {
            _outcomes!.Add(new AuditOutcome(id, http.Response.StatusCode, http.Response.Headers.Location));
            return Task.CompletedTask;
        });
        await next(http);
    }

    private static bool IsWrite(HttpContext http) =>
        !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method) && !HttpMethods.IsOptions(http.Request.Method)
        && http.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<StoresNothing>() is null;
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
}
