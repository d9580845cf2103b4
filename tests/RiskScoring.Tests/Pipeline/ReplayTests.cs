using System.Globalization;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chokepoint.RiskScoring.Tests.Pipeline;

/// <summary>
/// A revision names the snapshot of the database that its inputs were read in, and events keep the transaction that wrote them: so the
/// record tells what each score was made from. Here the record of a service of two replicas is played to another with an empty database.
/// </summary>
public sealed class ReplayTests(ServersFixture servers)
{
    private const string Figures = """
        kind,mineral,stage,form,economy,counterpart,value,low,high,unit,operator,year,vintage,source,note
        import-share,gallium,processing,,JPN,CHN,70,,,percent,,2025,2026,Customs of Japan,
        import-share,gallium,processing,,JPN,KOR,30,,,percent,,2025,2026,Customs of Japan,

        """;

    private static readonly DateTimeOffset Start = new(2026, 8, 20, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_recorded_events_played_into_an_empty_database_give_the_same_revisions_bit_for_bit()
    {
        await using var recorded = await RiskService.StartAsync(servers, Start);
        await using var replica = await RiskService.StartAsync(recorded.ConnectionString, recorded.Broker, recorded.Clock);
        var beforeImport = await LiveThroughAsync(recorded);
        await using var replayed = await RiskService.StartAsync(
            await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync(), new Clock(Start), idle: true);

        await ReplayAsync(recorded, beforeImport, replayed);

        const string revisions = "SELECT (to_jsonb(r) - 'id' - 'transaction_id' - 'committed_at' - 'seen')::text FROM revisions r ORDER BY economy, mineral, version";
        const string current = "SELECT to_jsonb(c)::text FROM current_scores c ORDER BY economy, mineral";
        const string documents = "SELECT economy || '/' || mineral || '/' || version || ' ' || document FROM revisions ORDER BY economy, mineral, version";
        var expected = await TextsAsync(recorded, documents);
        expected.Count(d => !d.Contains("/1 {", StringComparison.Ordinal)).ShouldBeGreaterThan(4000, "figures revised every score");
        Differing(expected, await TextsAsync(replayed, documents)).ShouldBeEmpty();
        Differing(await TextsAsync(recorded, revisions), await TextsAsync(replayed, revisions)).ShouldBeEmpty();
        Differing(await TextsAsync(recorded, current), await TextsAsync(replayed, current)).ShouldBeEmpty();
    }

    /// <summary>First scores, events of every kind one by one, late, twice and in a burst, newer figures, and a day that passes.</summary>
    /// <returns>The last revision that was made before the figures were imported.</returns>
    private async Task<long> LiveThroughAsync(RiskService risk)
    {
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), risk.Broker);
        await using var prices = await Peer.StartAsync("market-prices", await servers.CreateDatabaseAsync(), risk.Broker);
        await using var trade = await Peer.StartAsync("trade-flows", await servers.CreateDatabaseAsync(), risk.Broker);
        var ban = Events.SuspendedBan(Start);
        var late = ban.Next(e => e with { Confidence = Confidence.Unconfirmed });
        var last = late.Next(e => e with { Confidence = Confidence.Confirmed });
        foreach (var one in (ControlStateChanged[])[last, ban, ban, late])
        {
            await controls.AnnounceAsync(one);
            await SettledAsync(risk, $"SELECT count(*) FROM clause_versions WHERE event->>'eventId' = '{one.EventId}'", 1);
        }

        await prices.AnnounceAsync(SignalEvents.Price("gallium", 5.2, new DateOnly(2026, 7, 31), Start));
        await trade.AnnounceAsync(
            SignalEvents.Month("JPN", "natural-graphite", Stage.Extraction, "2026-07", Start, ("CHN", 0.9), ("MOZ", 0)),
            SignalEvents.Year("KOR", "gallium", Stage.Processing, "2025", ("NOR", 0.4), ("CHN", 0.6)));
        await SettledAsync(risk, "SELECT count(*) FROM signal_versions", 3);

        // A burst: what is scored together, and when, is chance. The record says what chance chose.
        const int many = 40;
        string[] minerals = ["gallium", "germanium", "tungsten", "natural-graphite"];
        var tungsten = SignalEvents.Price("tungsten", 3, new DateOnly(2026, 7, 31), Start);
        await Task.WhenAll(
            EachAsync(controls, i => Events.Licence(i % 2 == 0 ? "CHN" : "RUS", $"2026-{i}", [minerals[i % 4]], Start) with { Measure = (Measure)(i % 7) }),
            EachAsync(prices, i => tungsten with { EventId = Guid.CreateVersion7(), Version = i + 2, RobustZ = 2 + i % 7 }),
            EachAsync(trade, i => SignalEvents.Month(i % 2 == 0 ? "JPN" : "DEU", minerals[i % 4], Stage.Processing, $"2026-0{1 + i / 4 % 7}", Start, ("CHN", i / 50.0), ("RUS", 0))));
        await SettledAsync(risk, "SELECT (SELECT count(*) FROM clause_versions) + (SELECT count(*) FROM signal_versions)", 3 + many + 3 + many + 28);

        var beforeImport = await risk.CountAsync("SELECT max(id) FROM revisions");
        (await Support.FigureImports.SendAsync(risk, "figures", Figures)).GetProperty("rowsNew").GetInt64().ShouldBe(2);
        await SettledAsync(risk, $"SELECT count(*) FROM (SELECT FROM revisions WHERE id > {beforeImport} LIMIT 4000) r", 4000);

        risk.Clock.MoveTo(new DateTimeOffset(2026, 8, 29, 16, 1, 0, TimeSpan.Zero));
        await SettledAsync(
            risk, """SELECT count(*) FROM revisions WHERE (economy, mineral) = ('USA', 'gallium') AND document LIKE '%"type":"day"%'""", 1);
        return beforeImport;

        static async Task EachAsync<T>(Peer peer, Func<int, T> one)
            where T : IPlatformEvent
        {
            for (var i = 0; i < many; i++) await peer.AnnounceAsync(one(i));
        }
    }

    /// <summary>Batch by batch: what its snapshot had seen comes by the broker, then the pairs that were revised together are scored at their instant.</summary>
    private async Task ReplayAsync(RiskService recorded, long beforeImport, RiskService replayed)
    {
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), replayed.Broker);
        await using var prices = await Peer.StartAsync("market-prices", await servers.CreateDatabaseAsync(), replayed.Broker);
        await using var trade = await Peer.StartAsync("trade-flows", await servers.CreateDatabaseAsync(), replayed.Broker);
        var batch = replayed.Services.GetRequiredService<RescoreBatch>();
        var known = new HashSet<Guid>();
        var imported = false;
        var batches = await BatchesAsync(recorded);
        batches.Count.ShouldBeGreaterThan(15);
        foreach (var (seen, asOf, first, pairs) in batches)
        {
            if (!imported && first > beforeImport)
            {
                imported = true;
                await Support.FigureImports.SendAsync(replayed, "figures", Figures);
            }

            var news = (await SeenAsync(recorded, seen)).Where(e => known.Add(e.EventId)).ToList();
            await controls.AnnounceAsync(news.OfType<ControlStateChanged>());
            await prices.AnnounceAsync(news.OfType<PriceSignalChanged>());
            await trade.AnnounceAsync(news.OfType<SupplyProfileChanged>());
            await Eventually.IsTrueAsync(
                async () => await replayed.CountAsync("SELECT (SELECT count(*) FROM clause_versions) + (SELECT count(*) FROM signal_versions)") == known.Count,
                TimeSpan.FromSeconds(60));

            replayed.Clock.StopAt(asOf);
            await using (var connection = await replayed.Database.OpenConnectionAsync())
            {
                await using var forget = new NpgsqlCommand("DELETE FROM rescore_work", connection);
                await forget.ExecuteNonQueryAsync();
                await WorkTable.AskAsync(connection, null, pairs, new WorkReason(null, Silent: true, null), CancellationToken.None);
            }

            (await batch.RunAsync(pairs.Count, [], CancellationToken.None)).Count.ShouldBe(pairs.Count);
        }

        imported.ShouldBeTrue();
    }

    /// <summary>
    /// In the order of what they had seen: of two replicas the one may write first what it scored from less. One database's snapshots each
    /// hold all that an earlier one did, and where two saw the same, ids are in the order in which pairs were taken.
    /// </summary>
    private static async Task<List<(string Seen, DateTimeOffset AsOf, long First, List<(string, string)> Pairs)>> BatchesAsync(RiskService risk)
    {
        var batches = new Dictionary<(string Seen, DateTimeOffset AsOf), (long First, List<(string, string)> Pairs)>();
        await using (var command = risk.Database.CreateCommand("SELECT seen, document::json->>'asOf', id, economy, mineral FROM revisions ORDER BY id"))
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var key = (reader.GetString(0), DateTimeOffset.Parse(reader.GetString(1), CultureInfo.InvariantCulture));
                if (!batches.TryGetValue(key, out var batch)) batches.Add(key, batch = (reader.GetInt64(2), []));
                batch.Pairs.Add((reader.GetString(3), reader.GetString(4)));
            }
        }

        var inOrder = new List<(int Known, string Seen, DateTimeOffset AsOf, long First, List<(string, string)> Pairs)>();
        foreach (var ((seen, asOf), (first, pairs)) in batches) inOrder.Add(((await SeenAsync(risk, seen)).Count, seen, asOf, first, pairs));
        return [.. inOrder.OrderBy(b => b.Known).ThenBy(b => b.First).Select(b => (b.Seen, b.AsOf, b.First, b.Pairs))];
    }

    private static async Task<List<IPlatformEvent>> SeenAsync(RiskService risk, string snapshot)
    {
        await using var command = risk.Database.CreateCommand("""
            SELECT kind, event::text FROM (
                SELECT 'control' AS kind, event, transaction_id FROM clause_versions UNION ALL SELECT kind, event, transaction_id FROM signal_versions) AS recorded
            WHERE pg_visible_in_snapshot(transaction_id, $1::pg_snapshot)
            """);
        command.Parameters.Add(new() { Value = snapshot });
        var events = new List<IPlatformEvent>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var json = reader.GetString(1);
            events.Add(reader.GetString(0) switch
            {
                "control" => Parse<ControlStateChanged>(json),
                "price" => Parse<PriceSignalChanged>(json),
                _ => Parse<SupplyProfileChanged>(json),
            });
        }

        return events;

        static T Parse<T>(string json) => JsonSerializer.Deserialize<T>(json, EventJson.Options)!;
    }

    private static async Task<List<string>> TextsAsync(RiskService risk, string sql)
    {
        await using var command = risk.Database.CreateCommand(sql);
        var texts = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) texts.Add(reader.GetString(0));
        return texts;
    }

    /// <summary>The first few that one has and the other has not.</summary>
    private static List<string> Differing(List<string> one, List<string> other)
    {
        const int shown = 4;
        var (left, right) = (one.ToHashSet(StringComparer.Ordinal), other.ToHashSet(StringComparer.Ordinal));
        return [.. one.Where(t => !right.Contains(t)).Take(shown), .. other.Where(t => !left.Contains(t)).Take(shown)];
    }

    private static Task SettledAsync(RiskService risk, string count, long expected) => Eventually.IsTrueAsync(
        async () => await risk.CountAsync(count) == expected && await risk.CountAsync("SELECT count(*) FROM rescore_work") == 0, TimeSpan.FromSeconds(120));
}
