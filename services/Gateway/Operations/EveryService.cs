using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Gateway.Forwarding;

namespace Chokepoint.Gateway.Operations;

/// <summary>What one service answered; <paramref name="Content"/> is null where it did not answer with JSON.</summary>
/// <param name="RetryAfter">Its header of that name.</param>
internal sealed record ServiceAnswer(string Service, int Status, JsonObject? Content, string? RetryAfter = null)
{
    public bool IsOk => Status is >= 200 and < 300 && Content is not null;
}

/// <summary>
/// Asks every service the same thing with the caller's own key, so that keys and scopes stay the services' business. A replica that
/// does not answer is passed over: all replicas answer from one database.
/// </summary>
internal sealed class EveryService(Services services, HttpMessageInvoker connections)
{
    private const int NoAnswer = 0;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="pathOf">The path at the service of that area.</param>
    /// <param name="only">One area; null asks all.</param>
    public Task<ServiceAnswer[]> AskAsync(HttpContext http, Func<Area, string> pathOf, string? only, CancellationToken cancellationToken) =>
        SendAsync(http, HttpMethod.Get, pathOf, area => only is null || area.Name == only, cancellationToken);

    /// <param name="chosen">Which areas are asked.</param>
    /// <param name="method">One that may be repeated at the next replica when the first breaks off.</param>
    public Task<ServiceAnswer[]> SendAsync(
        HttpContext http, HttpMethod method, Func<Area, string> pathOf, Func<Area, bool> chosen, CancellationToken cancellationToken) =>
        Task.WhenAll(services.All
            .Where(service => chosen(service.Area))
            .Select(service => SendAsync(service, method, pathOf(service.Area), http.Request.Headers.Authorization.ToString(), cancellationToken)));

    private async Task<ServiceAnswer> SendAsync(
        ReplicaSet service, HttpMethod method, string path, string authorization, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        foreach (var replica in service.InTurn())
        {
            try
            {
                using var request = new HttpRequestMessage(method, new Uri(replica.Address, path));
                if (authorization.Length > 0)
                    request.Headers.TryAddWithoutValidation("Authorization", authorization);
                using var answer = await connections.SendAsync(request, deadline.Token);
                await using var body = await answer.Content.ReadAsStreamAsync(deadline.Token);
                return new ServiceAnswer(
                    service.Area.Name, (int)answer.StatusCode, await JsonNode.ParseAsync(body, cancellationToken: deadline.Token) as JsonObject,
                    answer.Headers.RetryAfter?.ToString());
            }
            catch (Exception fault) when (fault is HttpRequestException or JsonException or IOException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
            }
        }
        return new ServiceAnswer(service.Area.Name, NoAnswer, Content: null);
    }
}
