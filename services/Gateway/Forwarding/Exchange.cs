using Yarp.ReverseProxy.Forwarder;

namespace Chokepoint.Gateway.Forwarding;

/// <summary>
/// The request as the service sees it: the client's own headers, and where it came from in X-Forwarded-*, replaced and not appended.
/// And what the answer says of the replica: <c>Connection: close</c> is how a service that was asked to end sends its callers elsewhere.
/// </summary>
internal sealed class Exchange(Replica replica) : HttpTransformer
{
    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null)
            replica.State = IsLeaving(proxyResponse) ? ReplicaState.Leaving : ReplicaState.Up;
        if (proxyResponse?.Content.Headers.ContentType?.MediaType is "text/event-stream")
            EndWithTheProcess(httpContext);
        return base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    public static bool IsLeaving(HttpResponseMessage answer) => answer.Headers.ConnectionClose is true;

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var headers = proxyRequest.Headers;
        headers.Host = null;
        Replace("X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString());
        Replace("X-Forwarded-Proto", httpContext.Request.Scheme);
        Replace("X-Forwarded-Host", httpContext.Request.Host.Value);
        headers.Remove("X-Forwarded-Prefix");
        headers.Remove("Forwarded");

        void Replace(string name, string? value)
        {
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>A stream never ends of itself, and would hold up the gateway's own end; its reader comes back with the id it last had.</summary>
    private static void EndWithTheProcess(HttpContext http)
    {
        var process = http.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        http.Response.RegisterForDispose(process.ApplicationStopping.Register(http.Abort));
    }
}
