using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Chokepoint.Gateway.Forwarding;

/// <summary>
/// Carries a request to a replica of the service and its answer back, both streamed. When a replica cannot be reached the next one is
/// tried, provided that nothing can have happened: the connection was never made, or the request is safe (RFC 9110 section 9.2.2 lets
/// a proxy repeat those alone).
/// </summary>
internal sealed class AreaForwarder(IHttpForwarder forwarder, HttpMessageInvoker connections, ILogger<AreaForwarder> logger)
{
    public async Task ForwardAsync(HttpContext http, ReplicaSet service)
    {
        var config = new ForwarderRequestConfig { ActivityTimeout = service.Area.Patience };
        var tried = 0;
        foreach (var replica in service.InTurn())
        {
            tried++;
            var error = await forwarder.SendAsync(http, replica.Address.AbsoluteUri, connections, config, replica.Exchange, http.RequestAborted);
            if (error is ForwarderError.None)
                return;
            if (http.RequestAborted.IsCancellationRequested || http.Response.HasStarted)
                return;

            var fault = http.Features.Get<IForwarderErrorFeature>()?.Exception;
            var neverSent = fault is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
            if (neverSent)
                replica.State = ReplicaState.Down;
            logger.LogWarning("{Service} at {Address} did not answer: {Error}", service.Area.Name, replica.Address, fault?.GetBaseException().Message ?? error.ToString());
            if (error is ForwarderError.RequestTimedOut)
                throw new ProblemException(ProblemKind.Timeout, $"The service {service.Area.Name} did not answer in time.");
            if (!neverSent && !IsSafe(http.Request))
                throw new ProblemException(ProblemKind.BadGateway, $"The service {service.Area.Name} broke off; whether the request was carried out is not known.");
            Reset(http.Response);
        }

        var reason = tried is 0 ? "is not part of this platform's configuration" : "cannot be reached at the moment";
        throw new ProblemException(ProblemKind.Unavailable, $"The service {service.Area.Name} {reason}.") { RetryAfter = TimeSpan.FromSeconds(2) };
    }

    private static bool IsSafe(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not true;

    private static void Reset(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.HttpContext.Features.Set<IForwarderErrorFeature>(null);
    }
}
