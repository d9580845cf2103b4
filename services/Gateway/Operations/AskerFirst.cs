using Chokepoint.ServiceDefaults;

namespace Chokepoint.Gateway.Operations;

/// <summary>
/// What is wrong with a question is told to one who may ask it: who that is, the services know, and one that is refused while it is
/// read here would never have come to them.
/// </summary>
internal sealed class AskerFirst(RequestDelegate next, EveryService services)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (Exception refusal) when (refusal is BadHttpRequestException or ProblemException { Kind.Status: 400 or 422 }
            && http.Request.Path.StartsWithSegments("/api/ops", StringComparison.OrdinalIgnoreCase))
        {
            var answers = await services.AskAsync(http, area => $"api/ops/{area.Name}", only: null, http.RequestAborted);
            if (OperationsEndpoints.Refusal(http, answers) is not { } stranger) throw;
            await stranger.ExecuteAsync(http);
        }
    }
}
