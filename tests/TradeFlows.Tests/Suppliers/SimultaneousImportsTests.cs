using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Npgsql;

namespace Chokepoint.TradeFlows.Tests.Suppliers;

/// <summary>Two replicas that import at once from two sources, of which the same profile is taken.</summary>
public sealed class SimultaneousImportsTests(ServersFixture servers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_profile_that_two_imports_change_at_once_is_announced_in_two_versions()
    {
        var database = await servers.CreateDatabaseAsync();
        await using var one = new TradeService(servers) { On = database };
        await one.InitializeAsync();
        await using var other = new TradeService(servers) { On = database };
        await other.InitializeAsync();
        await using var holding = await one.Database.OpenConnectionAsync();
        await ExecuteAsync(holding, """
            SELECT pg_advisory_lock(42);
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NULL; END';
            CREATE TRIGGER hold BEFORE INSERT ON messaging.outbox EXECUTE FUNCTION hold();
            """);

        // The first has stored its version and is about to announce it; the second, in whichever replica, has its turn behind it.
        var first = await SendAsync(one, "csv&source=desk&reporter=USA&direction=import&frequency=annual&period=year&partner=partner&hs=hs&value=usd&weight=kg",
            "year,partner,hs,usd,kg\n2023,China,250410,10,10\n");
        await Eventually.IsTrueAsync(async () => await one.QueryAsync<long>(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())") == 1, Patience);
        var second = await SendAsync(other, "comtrade-v1", Samples.Csv(Samples.Row("250410", 124, 99, 99)));
        await ExecuteAsync(holding, "SELECT pg_advisory_unlock_all()");
        foreach (var location in (Uri[])[first, second])
        {
            await Eventually.BecomesAsync(() => one.Client.GetFromJsonAsync<JsonElement>(location), job => TradeService.State(job) is "completed", Patience);
        }

        (await one.QueryAsync<string[]>("SELECT array_agg(event->>'version' ORDER BY event->>'version') FROM said WHERE event->>'period' = '2023'")).ShouldBe(["1", "2"]);
        (await one.QueryAsync<long>("SELECT version FROM supply_profiles WHERE mineral = 'natural-graphite'")).ShouldBe(2);
    }

    private static async Task<Uri> SendAsync(TradeService trade, string format, string file)
    {
        using var answer = await trade.Client.PostAsync("/api/trade/imports?format=" + format, new StringContent(file));
        return answer.EnsureSuccessStatusCode().Headers.Location!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
