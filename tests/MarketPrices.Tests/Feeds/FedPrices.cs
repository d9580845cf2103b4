using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;

namespace Chokepoint.MarketPrices.Tests.Feeds;

/// <summary>The service with a feed pointed at a played source, polled in quick succession.</summary>
internal sealed class FedPrices : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private FedPrices(PriceService service, PlayedSource source, string feed) => (Service, Source, _feed) = (service, source, feed);

    private readonly string _feed;

    public PriceService Service { get; }

    public PlayedSource Source { get; }

    public static async Task<FedPrices> StartAsync(
        ServersFixture servers, string feed, string section, string path, Func<PlayedRequest, PlayedAnswer> answers, params (string, string)[] settings)
    {
        var source = await PlayedSource.StartAsync();
        source.Otherwise = answers;
        var service = new PriceService(servers)
        {
            Settings =
            [
                ($"{section}:Enabled", "true"), ($"{section}:Address", new Uri(source.Url, path).ToString()), ($"{section}:Interval", "00:00:00.2"),
                ($"{section}:BackOff", "00:00:00.2"), ($"{section}:MaxBackOff", "00:00:00.5"), ($"{section}:Gap", "00:00:00"), ($"{section}:Tries", "1"),
                ($"{section}:FailuresToAlert", "1"), ($"{section}:MaxBytes", "1000000"), ("Polling:Pause", "00:00:00.05"), .. settings,
            ],
        };
        await service.InitializeAsync();
        return new FedPrices(service, source, feed);
    }

    public Task<JsonElement> FeedAsync(Func<JsonElement, bool> condition) =>
        Eventually.BecomesAsync(() => Service.GetAsync($"feeds/{_feed}"), condition, Patience);

    /// <summary>Waits for a failure of that kind with an alert that stands.</summary>
    public Task<JsonElement> FailsAsync(string failure, string health) => FeedAsync(f =>
        f.GetProperty("lastError") is { ValueKind: JsonValueKind.Object } error && error.GetProperty("failure").GetString() == failure
        && f.GetProperty("alerts").EnumerateArray().Any(a => a.GetProperty("reason").GetString() == health && a.GetProperty("clearedAt").ValueKind is JsonValueKind.Null));

    public Task HealsAsync() => FeedAsync(f =>
        f.GetProperty("health").GetString() == "ok" && f.GetProperty("alerts").EnumerateArray().All(a => a.GetProperty("clearedAt").ValueKind is not JsonValueKind.Null));

    public Task HasPricesAsync(long count) =>
        Eventually.BecomesAsync(PricesAsync, prices => prices == count, Patience);

    public Task<long> PricesAsync() => Service.QueryAsync<long>("SELECT count(*) FROM observations");

    public Task<long> ImportsAsync() => Service.QueryAsync<long>("SELECT count(*) FROM import_jobs");

    /// <summary>Waits until the source was asked so many times more.</summary>
    public async Task AskedAgainAsync(int times = 4)
    {
        var before = Source.Requests.Count;
        await Eventually.IsTrueAsync(() => Source.Requests.Count >= before + times, Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Source.DisposeAsync();
    }
}
