using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.Reference;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Bench.Reaction;

/// <summary>The real platform with one subscriber to every score, and pairs of economy and mineral whose score a Chinese ban moves.</summary>
internal sealed class PlatformUnderTest : IAsyncDisposable
{
    private readonly PlatformProcess process;
    private readonly HttpClient client;

    private PlatformUnderTest(PlatformProcess process, HttpClient client, TimingReceiver receiver, IReadOnlyList<(string Economy, string Mineral)> pairs) =>
        (this.process, this.client, Receiver, Pairs) = (process, client, receiver, pairs);

    private static readonly string[] Scores = ["chokepoint.risk.score-changed.v1"];

    public TimingReceiver Receiver { get; }

    /// <summary>Seconds so far of all its processes, the servers among them.</summary>
    public double ProcessorSeconds => ProcessorTime.Of(process.Process.Id);

    /// <summary>Each is touched by one notice and so re-scored by that notice alone.</summary>
    public IReadOnlyList<(string Economy, string Mineral)> Pairs { get; }

    public static async Task<PlatformUnderTest> StartAsync(PlatformOptions options, CancellationToken cancellationToken)
    {
        var started = await PlatformProcess.StartAsync(options);
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 }) { BaseAddress = started.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", started.OpsKey);
        var receiver = await TimingReceiver.StartAsync(SubjectOfScoreAsync, cancellationToken);
        using var subscribed = await http.PostAsJsonAsync("/api/notifications/subscriptions", new
        {
            url = receiver.Url,
            description = "bench",
            eventTypes = Scores,
            filter = new { minimumChange = 0 },
        }, cancellationToken);
        subscribed.EnsureSuccessStatusCode();
        return new(started, http, receiver, await PairsAsync(http, cancellationToken));
    }

    /// <summary>China bans one mineral to one destination; returns when the request was begun.</summary>
    /// <param name="trace">A trace id (W3C) to do it under.</param>
    public async Task<long> PostAsync((string Economy, string Mineral) pair, CancellationToken cancellationToken, string? trace = null)
    {
        var notice = new
        {
            issuer = "CHN",
            documentNumber = $"bench-{pair.Economy}-{pair.Mineral}",
            title = "Bench",
            announcedOn = "2025-01-02",
            confidence = "confirmed",
            sources = new[] { new { url = "https://example.org/bench", kind = "primary" } },
            clauses = new[] { new { number = "1", measure = "prohibition", minerals = new[] { pair.Mineral }, destinations = new[] { pair.Economy }, effectiveFrom = "2025-01-02" } },
            actions = Array.Empty<object>(),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/controls/notices") { Content = JsonContent.Create(notice) };
        if (trace is not null) request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        var begun = Stopwatch.GetTimestamp();
        using var answer = await client.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        return begun;
    }

    private static async Task<string?> SubjectOfScoreAsync(Microsoft.AspNetCore.Http.HttpRequest request)
    {
        using var body = await JsonDocument.ParseAsync(request.Body);
        return body.RootElement.TryGetProperty("subject", out var subject) ? subject.GetString() : null;
    }

    /// <summary>Minerals that China leads in, times every economy that the platform scores for them.</summary>
    private static async Task<IReadOnlyList<(string, string)>> PairsAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var minerals = new[] { "gallium", "germanium", "antimony", "natural-graphite", "tungsten", "dysprosium", "terbium", "neodymium", "praseodymium", "magnesium", "bismuth", "vanadium", "yttrium", "samarium", "gadolinium", "indium", "tellurium", "lutetium", "holmium", "erbium", "thulium", "ytterbium", "europium", "cerium", "lanthanum", "silicon-metal", "fluorspar", "molybdenum", "baryte", "cobalt", "lithium", "manganese", "phosphorus", "zinc", "lead", "tin", "nickel", "copper", "aluminium", "phosphate-rock", "arsenic" };
        var pairs = new List<(string, string)>();
        foreach (var mineral in minerals)
        {
            var scores = await client.GetFromJsonAsync<JsonElement>($"/api/risk/scores?mineral={mineral}&state=ok&limit=500", cancellationToken);
            pairs.AddRange(scores.GetProperty("items").EnumerateArray()
                .Where(score => score.GetProperty("mineral").GetString() == mineral && score.GetProperty("score").GetDouble() > 0)
                .Select(score => (score.GetProperty("economy").GetString()!, mineral))
                // A ban on the European Union is one on its members too: each pair shall be moved by one notice alone.
                .Where(pair => pair.Item1 is not ("CHN" or Economies.EuropeanUnion) && Economies.UnionOf(pair.Item1) is null));
        }

        return pairs;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await process.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}
