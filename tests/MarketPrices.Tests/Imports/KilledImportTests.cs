using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;
using Chokepoint.Testing.Servers;
using Npgsql;

namespace Chokepoint.MarketPrices.Tests.Imports;

/// <summary>An accepted file survives the death of the process that imports it.</summary>
public sealed class KilledImportTests(ServersFixture servers)
{
    private const int Rows = 80_000;
    private const int Bad = 3;
    private static readonly DateOnly First = new(1800, 1, 1);

    [Fact]
    public async Task A_service_killed_amid_an_import_goes_on_where_it_was_and_no_price_is_lost_or_doubled()
    {
        var (connection, broker) = (await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync());
        await using var database = NpgsqlDataSource.Create(connection);
        Uri job;
        await using (var first = await StartAsync(connection, broker))
        {
            const string query = "format=csv&mineral=antimony&form=ingot&unit=kg&currency=USD&source=desk&frequency=daily&date=day&value=price";
            using var answer = await first.Client.PostAsync($"/api/prices/imports?{query}", new ByteArrayContent(File()));
            job = answer.EnsureSuccessStatusCode().Headers.Location!;
            await Eventually.IsTrueAsync(async () => await ReadAsync(database, "rows_read") > 0, TimeSpan.FromSeconds(60));
            await first.KillAsync();
            (await ReadAsync(database, "state")).ShouldBe(1, "the import was over before the kill; the file must be larger");
            (await ReadAsync(database, "rows_read")).ShouldBeInRange(1, Rows - 1);
        }

        await using var second = await StartAsync(connection, broker);
        var ended = await Eventually.BecomesAsync(
            () => second.Client.GetFromJsonAsync<JsonElement>(job), j => j.GetProperty("state").GetString() is not ("queued" or "running"), TimeSpan.FromMinutes(3));

        (ended.GetProperty("state").GetString(), ended.GetProperty("rowsRead").GetInt64(), ended.GetProperty("rowsAccepted").GetInt64(), ended.GetProperty("rowsRejected").GetInt64(),
            ended.GetProperty("rowsNew").GetInt64(), ended.GetProperty("rowsUnchanged").GetInt64()).ShouldBe(("completed", Rows, Rows - 1, 1, Rows - 1, 0));
        (await QueryAsync(database, "SELECT count(*) FROM vintages")).ShouldBe(Rows - 1, "each said once");
        (await QueryAsync(database, $"SELECT count(*) FROM observations WHERE value <> 100 + (date - '{First:yyyy-MM-dd}'::date) % 1000")).ShouldBe(0);
        (await QueryAsync(database, "SELECT count(*) FROM import_rejects")).ShouldBe(1);
        // A long body goes after its prices are there to be read.
        await Eventually.IsTrueAsync(async () => await QueryAsync(database, "SELECT count(*) FROM import_chunks") == 0, TimeSpan.FromSeconds(60));
        (await QueryAsync(database, "SELECT attempt::bigint FROM import_jobs")).ShouldBeGreaterThan(1);
    }

    private static Task<KillableService> StartAsync(string database, string broker) =>
        KillableService.StartAsync("MarketPrices", "pricesdb", database, broker, ("Imports:BatchBytes", "2000"));

    /// <summary>One row is bad, and it is among the first: a resumed import must not reject it twice.</summary>
    private static byte[] File()
    {
        var text = new StringBuilder("day,price\n");
        for (var i = 0; i < Rows; i++)
            text.Append(CultureInfo.InvariantCulture, $"{First.AddDays(i):yyyy-MM-dd},{(i == Bad ? "none" : (100 + i % 1000).ToString(CultureInfo.InvariantCulture))}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static Task<long> ReadAsync(NpgsqlDataSource database, string column) => QueryAsync(database, $"SELECT {column}::bigint FROM import_jobs");

    private static async Task<long> QueryAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
