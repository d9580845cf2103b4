using System.Net.Http.Headers;
using System.Text;

namespace Chokepoint.Testing.Servers;

/// <summary>What tests ask of RabbitMQ's management HTTP API.</summary>
public static class BrokerAdministration
{
    private static readonly HttpClient Http = new();

    /// <summary>The name of a new virtual host, on which the user that made it may do everything.</summary>
    public static async Task<string> CreateVirtualHostAsync(Uri management, CancellationToken cancellationToken)
    {
        var name = $"test-{Guid.NewGuid():n}";
        // The plugin's listener opens a moment after the node's own.
        await Eventually.SucceedsAsync(
            async () => (await SendAsync(HttpMethod.Put, management, $"/api/vhosts/{name}", cancellationToken)).EnsureSuccessStatusCode(),
            TimeSpan.FromSeconds(20));
        return name;
    }

    public static Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri management, string path, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, new Uri(management, path))
        {
            Content = method == HttpMethod.Get ? null : new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(management.UserInfo)));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        return Http.SendAsync(request, cancellationToken);
    }
}
