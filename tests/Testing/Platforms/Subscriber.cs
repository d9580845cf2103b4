using System.Net.Http.Json;
using System.Net;
using System.Text.Json;
using Chokepoint.Testing.Webhooks;
using Shouldly;
using Xunit;

namespace Chokepoint.Testing.Platforms;

/// <summary>A subscription of the platform's and the receiver it delivers to; gone when disposed, so that tests do not hear each other.</summary>
public sealed class Subscriber : IAsyncDisposable
{
    private readonly HttpClient platform;
    private readonly WebhookReceiver receiver;

    private Subscriber(HttpClient platform, WebhookReceiver receiver, string id, string secret)
    {
        (this.platform, this.receiver, Id, Secret) = (platform, receiver, id, secret);
    }

    public string Id { get; }

    public string Secret { get; }

    public IReadOnlyList<ReceivedWebhook> Received => receiver.Received;

    public WebhookReceiver Receiver => receiver;

    public IEnumerable<ReceivedWebhook> ScoreChanges => Received.Where(w => w.Type == "chokepoint.risk.score-changed.v1");

    public IEnumerable<ReceivedWebhook> StateChanges => Received.Where(w => w.Type == "chokepoint.control.state-changed.v1");

    /// <param name="filter">As the API takes it; every change is asked for, however small.</param>
    public static async Task<Subscriber> SubscribeAsync(HttpClient platform, string[]? economies = null, string[]? minerals = null)
    {
        var listening = await WebhookReceiver.StartAsync(TestContext.Current.CancellationToken);
        var answer = await platform.PostAsJsonAsync("/api/notifications/subscriptions", new
        {
            url = listening.Url,
            description = TestContext.Current.TestMethod?.MethodName ?? "test",
            eventTypes = Array.Empty<string>(),
            filter = new { economies = economies ?? [], minerals = minerals ?? [], minimumLevel = (string?)null, minimumChange = 0 },
        }, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var subscription = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return new Subscriber(platform, listening, subscription.GetProperty("id").GetString()!, subscription.GetProperty("secret").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        using var answer = await platform.DeleteAsync($"/api/notifications/subscriptions/{Id}", CancellationToken.None);
        await receiver.DisposeAsync();
    }
}
