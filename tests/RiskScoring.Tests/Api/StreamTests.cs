using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Stream;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Chokepoint.RiskScoring.Tests.Api;

/// <summary>Score changes as server-sent events.</summary>
[Collection(nameof(GalliumScene))]
public sealed class StreamTests(GalliumScene scene, ServersFixture servers)
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
    public async Task A_stream_that_is_to_resume_after_an_id_that_is_not_yet_tells_what_comes_next()
    {
        var last = await Risk.CountAsync("SELECT max(id) FROM revisions");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/risk/stream");
        request.Headers.Add("Last-Event-ID", long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var answer = await Risk.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await using var connection = await Risk.Database.OpenConnectionAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        try
        {
            await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(body).EnumerateAsync(deadline.Token))
            {
                if (item.EventType == "score-changed") break;
                item.EventId.ShouldBe(last.ToString(System.Globalization.CultureInfo.InvariantCulture));
                await InsertAsync(connection, "next");
            }
        }
        finally
        {
            await TidyAsync();
        }
    }

    /// <summary>The ids of transactions are the whole server's, and an import of another service keeps one open for minutes.</summary>
    [Fact]
    public async Task A_move_is_told_at_once_whatever_is_being_written_in_another_database_of_the_server()
    {
        await using var elsewhere = NpgsqlDataSource.Create(await servers.CreateDatabaseAsync());
        await using var writing = await elsewhere.OpenConnectionAsync();
        await using var open = await writing.BeginTransactionAsync();
        await ExecuteAsync(writing, "SELECT pg_current_xact_id()::text");
        var last = await Risk.CountAsync("SELECT max(id) FROM revisions");
        await using var connection = await Risk.Database.OpenConnectionAsync();
        try
        {
            await InsertAsync(connection, "told");
            (await MovesAsync(last)).ShouldBe(["told"]);
            (await Moves.LastAsync(Risk.Database, CancellationToken.None)).ShouldBe(last + 1);
        }
        finally
        {
            await TidyAsync();
        }
    }

    [Fact]
    public async Task A_writer_of_scores_waits_its_turn_so_that_no_move_comes_in_before_one_that_was_told()
    {
        var last = await Risk.CountAsync("SELECT max(id) FROM revisions");
        await using var first = await Risk.Database.OpenConnectionAsync();
        try
        {
            await using (var open = await first.BeginTransactionAsync())
            {
                await ExecuteAsync(first, RevisionStore.TurnToWrite);
                await AskForAnewAsync("JPN", "tungsten");
                await Eventually.IsTrueAsync(async () => await Risk.CountAsync(
                    "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted") == 1);
                await InsertAsync(first, "first");
                (await MovesAsync(last)).ShouldBeEmpty();
                await open.CommitAsync();
            }

            await Eventually.IsTrueAsync(async () => (await MovesAsync(last)) is ["first", "tungsten"]);
            (await Risk.CountAsync($"SELECT count(*) FROM revisions a JOIN revisions b ON a.id < b.id AND a.transaction_id > b.transaction_id WHERE a.id > {last}"))
                .ShouldBe(1, "the transaction that began later has the earlier id");
        }
        finally
        {
            await TidyAsync();
        }
    }

    /// <summary>As if the pair's newest score had said something else.</summary>
    private async Task AskForAnewAsync(string economy, string mineral)
    {
        await using var connection = await Risk.Database.OpenConnectionAsync();
        await ExecuteAsync(connection, $"UPDATE current_scores SET fingerprint = '' WHERE (economy, mineral) = ('{economy}', '{mineral}')");
        await WorkTable.AskAsync(connection, null, [(economy, mineral)], new WorkReason(null, Silent: true, null), CancellationToken.None);
    }

    private async Task<List<string>> MovesAsync(long after) =>
        [.. (await Moves.AfterAsync(Risk.Database, after, null, 10, CancellationToken.None)).Select(m => m.Mineral)];

    private static async Task InsertAsync(NpgsqlConnection connection, string mineral)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(RevisionStore.TurnToWrite),
                new("""
                    INSERT INTO revisions (economy, mineral, version, as_of, score, level, state, method, document, seen)
                    SELECT 'ZZZ', $1, 2, as_of, score, level, state, method, document, seen FROM revisions WHERE (economy, mineral, version) = ('USA', 'gallium', 2)
                    """) { Parameters = { new() { Value = mineral } } },
            },
        };
        await batch.ExecuteNonQueryAsync();
    }

    private async Task TidyAsync()
    {
        await using var connection = await Risk.Database.OpenConnectionAsync();
        await ExecuteAsync(connection, "DELETE FROM revisions WHERE economy = 'ZZZ'");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
