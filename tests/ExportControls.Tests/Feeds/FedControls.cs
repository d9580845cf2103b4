using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.ExportControls.Tests.Feeds;

/// <summary>The service with its two feeds pointed at played sources, polled in quick succession.</summary>
internal sealed class FedControls : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private FedControls(ControlsApp app, PlayedSource register, PlayedSource alert) => (App, Register, Alert) = (app, register, alert);

    public ControlsApp App { get; }

    /// <summary>Plays the Federal Register.</summary>
    public PlayedSource Register { get; }

    /// <summary>Plays Global Trade Alert.</summary>
    public PlayedSource Alert { get; }

    public static async Task<FedControls> StartAsync(
        ServersFixture servers, Func<PlayedRequest, PlayedAnswer>? register = null, Func<PlayedRequest, PlayedAnswer>? alert = null, params (string, string)[] settings)
    {
        var (one, other) = (await PlayedSource.StartAsync(), await PlayedSource.StartAsync());
        one.Otherwise = register ?? (_ => new PlayedAnswer(Samples.FederalPage()));
        other.Otherwise = alert ?? (_ => new PlayedAnswer("""{"count": 0, "results": []}"""));
        (string, string)[] all =
        [
            .. Source("Feeds:FederalRegister", register is null ? null : new Uri(one.Url, "/api/v1/documents.json")),
            .. Source("Feeds:GlobalTradeAlert", alert is null ? null : new Uri(other.Url, "/api/v2/gta/data/")),
            ("Feeds:GlobalTradeAlert:Key", "secret-of-the-tests"), ("Polling:Pause", "00:00:00.05"), .. settings,
        ];
        return new FedControls(await ControlsApp.StartAsync(servers, now: null, all), one, other);
    }

    /// <summary>The drafts in a state, the latest first, once there are so many.</summary>
    public Task<List<JsonNode>> DraftsAsync(int count, string query = "?state=pending") =>
        Eventually.BecomesAsync(() => App.ItemsAsync("/drafts" + query), drafts => drafts.Count == count, Patience);

    public Task<JsonNode> FeedAsync(string feed, Func<JsonNode, bool> condition) =>
        Eventually.BecomesAsync(() => App.GetAsync($"/feeds/{feed}"), condition, Patience);

    /// <summary>Waits until a source was asked so many times more, and the turn of the last but one has ended.</summary>
    public static async Task AskedAgainAsync(PlayedSource source, int times = 2)
    {
        var before = source.Requests.Count;
        await Eventually.IsTrueAsync(() => source.Requests.Count >= before + times, Patience);
    }

    public async Task<(HttpStatusCode Status, JsonNode Body, string? ETag)> SendAsync(HttpMethod method, string path, string? body = null, string? etag = null)
    {
        using var request = new HttpRequestMessage(method, "/api/controls" + path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (etag is not null) request.Headers.TryAddWithoutValidation("If-Match", etag);
        using var answer = await App.Http.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!, answer.Headers.ETag?.Tag);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Register.DisposeAsync();
        await Alert.DisposeAsync();
    }

    private static IEnumerable<(string, string)> Source(string section, Uri? address) => address is null
        ? [($"{section}:Enabled", "false")]
        :
        [
            ($"{section}:Enabled", "true"), ($"{section}:Address", address.ToString()), ($"{section}:Interval", "00:00:00.2"), ($"{section}:BackOff", "00:00:00.2"),
            ($"{section}:MaxBackOff", "00:00:00.5"), ($"{section}:Gap", "00:00:00"), ($"{section}:Tries", "1"), ($"{section}:Since", "2020-01-01"), ($"{section}:MaxBytes", "1000000"),
        ];
}
