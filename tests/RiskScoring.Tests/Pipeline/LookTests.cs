using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing.Servers;
using Npgsql;

namespace Chokepoint.RiskScoring.Tests.Pipeline;

/// <summary>What is asked of the tables before each score must cost what is new, not what is there.</summary>
public sealed class LookTests(ServersFixture servers)
{
    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    public async Task The_look_for_what_is_new_goes_by_the_index_however_many_clauses_there_were_when_it_was_planned(int clauses)
    {
        await using var risk = await RiskService.StartAsync(
            await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync(), new Clock(DateTimeOffset.UtcNow), idle: true);
        await using var connection = await risk.Database.OpenConnectionAsync();
        await ExecuteAsync(connection, $"""
            INSERT INTO clauses (notice_id, clause, version, event)
            SELECT gen_random_uuid(), '1', 1, jsonb_build_object() FROM generate_series(1, {clauses});
            {(clauses > 0 ? "ANALYZE clauses;" : "")} -- an empty table is never analyzed by the server itself
            SET plan_cache_mode = force_generic_plan;
            PREPARE look (xid8) AS {FactBook.Look}
            """);

        await using var explain = new NpgsqlCommand("EXPLAIN EXECUTE look ('1')", connection);
        await using var reader = await explain.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync()) plan.Add(reader.GetString(0));
        plan.ShouldContain(line => line.Contains("ix_clauses_transaction_id"));
        plan.ShouldContain(line => line.Contains("ix_signals_transaction_id"));
        plan.ShouldNotContain(line => line.Contains("Seq Scan"), string.Join('\n', plan));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
