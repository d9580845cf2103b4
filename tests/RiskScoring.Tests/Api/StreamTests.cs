using Chokepoint.RiskScoring.Stream;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chokepoint.RiskScoring.Tests.Api;

/// <summary>Score changes as server-sent events.</summary>
[Collection(nameof(GalliumScene))]
public sealed class StreamTests(GalliumScene scene)
{
    private RiskService Risk => scene.Risk;

    [Fact]
    public async Task A_stream_resumes_after_the_event_it_last_had()
    {
        var moves = (await Risk.GetAsync("/api/risk/moves?limit=500")).GetProperty("items").EnumerateArray().ToList();
        var ids = moves.Select(m => m.GetProperty("id").GetInt64()).ToList();
        ids.ShouldBeInOrder();
        ids.ShouldBeUnique();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/risk/stream");
        request.Headers.Add("Last-Event-ID", ids[^3].ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var answer = await Risk.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        await using var body = await answer.Content.ReadAsStreamAsync();
        var heard = new List<string>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(body).EnumerateAsync(deadline.Token))
        {
            if (item.EventType == "score-changed") heard.Add(item.EventId!);
            if (heard.Count == 2) break;
        }

        heard.ShouldBe([.. ids[^2..].Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
    }

    [Fact]
    public async Task A_stream_on_which_nothing_happens_has_a_heartbeat_after_fifteen_seconds()
    {
        var last = (await Risk.CountAsync("SELECT max(id) FROM revisions")).ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var body = await Risk.Http.GetStreamAsync("/api/risk/stream", deadline.Token);
        var since = System.Diagnostics.Stopwatch.StartNew();
        var waits = new List<double>();
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(body).EnumerateAsync(deadline.Token))
        {
            item.EventType.ShouldBe("heartbeat");
            item.EventId.ShouldBe(last, "who reconnects after a heartbeat misses nothing");
            waits.Add(since.Elapsed.TotalSeconds);
            since.Restart();
            if (waits.Count == 2) break;
        }

        // The first comes at once; a busy machine may hand either over late, never early by much.
        waits[1].ShouldBeInRange(10, 60);
    }

    [Fact]
    public async Task A_stream_ends_between_two_events_when_its_service_is_asked_to_end()
    {
        await using var replica = await RiskService.StartAsync(Risk.ConnectionString, Risk.Broker, Risk.Clock, idle: true);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var body = await replica.Http.GetStreamAsync("/api/risk/stream", deadline.Token);
        var heard = 0;
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(body).EnumerateAsync(deadline.Token))
        {
            item.EventType.ShouldBe("heartbeat");
            if (++heard == 1) replica.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }

        heard.ShouldBe(1);
    }

    [Fact]
    public async Task A_move_that_commits_late_comes_before_the_one_that_overtook_it_and_neither_is_missed()
    {
        var last = await Risk.CountAsync("SELECT max(id) FROM revisions");
        await using var slow = await Risk.Database.OpenConnectionAsync();
        try
        {
            await using (var open = await slow.BeginTransactionAsync())
            {
                await InsertAsync(slow, "late");
                await using var quick = await Risk.Database.OpenConnectionAsync();
                await InsertAsync(quick, "early");
                (await MovesAsync()).ShouldBeEmpty("who reads on from the second would never see the first");
                await open.CommitAsync();
            }

            // Other transactions of this server, in other databases, hold moves back too.
            await Eventually.IsTrueAsync(async () => (await MovesAsync()) is ["late", "early"]);
        }
        finally
        {
            await using var tidy = new Npgsql.NpgsqlCommand("DELETE FROM revisions WHERE economy = 'ZZZ'", slow);
            await tidy.ExecuteNonQueryAsync();
        }

        async Task<List<string>> MovesAsync()
        {
            return [.. (await Moves.AfterAsync(Risk.Database, last, null, 10, CancellationToken.None)).Select(m => m.Mineral)];
        }

        static async Task InsertAsync(Npgsql.NpgsqlConnection connection, string mineral)
        {
            await using var insert = new Npgsql.NpgsqlCommand(
                """
                INSERT INTO revisions (economy, mineral, version, as_of, score, level, state, method, document, seen)
                SELECT 'ZZZ', $1, 2, as_of, score, level, state, method, document, seen FROM revisions WHERE (economy, mineral, version) = ('USA', 'gallium', 2)
                """, connection) { Parameters = { new() { Value = mineral } } };
            (await insert.ExecuteNonQueryAsync()).ShouldBe(1);
        }
    }
}
