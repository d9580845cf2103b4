using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;
using Chokepoint.Testing.Servers;
using Npgsql;

namespace Chokepoint.TradeFlows.Tests.Imports;

/// <summary>An accepted file survives the death of the process that imports it.</summary>
public sealed class KilledImportTests(ServersFixture servers)
{
    private const int Rows = 200_000;

    [Fact]
    public async Task A_service_killed_amid_an_import_goes_on_where_it_was_and_no_row_is_lost_or_doubled()
    {
        var (connection, broker) = (await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync());
        await using var database = NpgsqlDataSource.Create(connection);
        Uri job;
        long staged;
        await using (var first = await KillableService.StartAsync("TradeFlows", "tradedb", connection, broker))
        {
            using var answer = await first.Client.PostAsync("/api/trade/imports?format=baci", new ByteArrayContent(File()));
            job = answer.EnsureSuccessStatusCode().Headers.Location!;
            await Eventually.IsTrueAsync(async () => await ReadAsync(database, "rows_read") > 0, TimeSpan.FromSeconds(60));
            await first.KillAsync();
            staged = await ReadAsync(database, "rows_read");
            (await ReadAsync(database, "state")).ShouldBe(1, "the import was over before the kill; the file must be larger");
            staged.ShouldBeInRange(1, Rows - 1);
        }

        await using var second = await KillableService.StartAsync("TradeFlows", "tradedb", connection, broker);
        var ended = await Eventually.BecomesAsync(
            () => second.Client.GetFromJsonAsync<JsonElement>(job), j => TradeService.State(j) is not ("queued" or "running"), TimeSpan.FromMinutes(3));

        ComtradeImportTests.Counts(ended).ShouldBe(("completed", Rows, Rows - 1, 1, Rows - 1, 0, 0));
        (await QueryAsync(database, "SELECT count(*) FROM flows")).ShouldBe(Rows - 1);
        (await QueryAsync(database, "SELECT count(*) FROM import_rejects")).ShouldBe(1);
        // A long body goes after its rows are there to be read.
        await Eventually.IsTrueAsync(async () => await QueryAsync(database, "SELECT count(*) FROM import_chunks") == 0, TimeSpan.FromSeconds(60));
        (await QueryAsync(database, "SELECT attempt::bigint FROM import_jobs")).ShouldBeGreaterThan(1);
    }

    /// <summary>One row is bad, and it is among the first: a resumed import must not reject it twice.</summary>
    private static byte[] File()
    {
        var text = new StringBuilder("t,i,j,k,v,q\n");
        for (var i = 0; i < Rows; i++)
            text.Append(CultureInfo.InvariantCulture, $"2021,{(i == 3 ? 999 : 156)},{(i % 2 == 0 ? 842 : 392)},{100_000 + i / 2},{i % 1000}.125,1\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static Task<long> ReadAsync(NpgsqlDataSource database, string column) => QueryAsync(database, $"SELECT {column}::bigint FROM import_jobs");

    private static async Task<long> QueryAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
