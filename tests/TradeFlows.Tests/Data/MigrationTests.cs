using System.Text;
using Chokepoint.ServiceDefaults;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.TradeFlows.Data;
using Chokepoint.TradeFlows.Tests.Imports;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.TradeFlows.Tests.Data;

/// <summary>A database that the first release filled, brought to this one by the service's own start.</summary>
public sealed class MigrationTests(ServersFixture servers)
{
    private const string First = "20261123053847_Initial";

    /// <summary>As that release stored what it had imported: tables by source and year under a key of eight columns, and no line.</summary>
    private const string Filled =
        """
        INSERT INTO sources (name, rank) VALUES ('UN Comtrade', 10), ('CEPII BACI HS17', 30);
        CREATE TABLE flows_1 PARTITION OF flows FOR VALUES IN (1) PARTITION BY RANGE (year);
        CREATE TABLE flows_1_2022 PARTITION OF flows_1 FOR VALUES FROM (2022) TO (2023);
        CREATE TABLE flows_1_2023 PARTITION OF flows_1 FOR VALUES FROM (2023) TO (2024);
        CREATE TABLE flows_2 PARTITION OF flows FOR VALUES IN (2) PARTITION BY RANGE (year);
        CREATE TABLE flows_2_2023 PARTITION OF flows_2 FOR VALUES FROM (2023) TO (2024);
        INSERT INTO flows (source, year, period, hs, reporter, direction, partner, breakdown, classification, quantity, quantity_unit, net_kg, value_usd, estimated, import_no, first_import_no)
        VALUES
            (1, 2023, 202300, '811292', 842, 1, 0, '', 6, 100000, 8, 100000, 20000000, false, 1, 1),
            (1, 2023, 202300, '811292', 842, 1, 156, '', 6, 60000, 8, 60000, 9000000, false, 1, 1),
            (1, 2023, 202300, '811292', 842, 1, 124, '', 6, 30000, 8, 30000, 8000000, false, 1, 1),
            (1, 2023, 202300, '250410', 842, 1, 156, 'C00/1000/0/0', 6, 5, 8, 5, 50, false, 1, 1),
            (1, 2023, 202300, '8112', 842, 1, 156, '', 6, 70, 8, 70, 700, false, 1, 1),
            (1, 2023, 202300, '81', 842, 1, 156, '', 6, 80, 8, 80, 800, false, 1, 1),
            (1, 2023, 202300, 'TOTAL', 842, 1, 156, '', 6, NULL, 8, NULL, 90000000, false, 1, 1),
            (1, 2022, 202212, '250410', 156, 2, 842, '', 6, 12, 8, 12, 120, true, 1, 1),
            (2, 2023, 202300, '250410', 842, 1, 156, '', 5, NULL, NULL, 3250, 12500, false, 2, 2);
        """;

    [Fact]
    public async Task A_database_of_the_first_release_is_brought_up_with_its_flows_and_a_file_that_it_had_accepted()
    {
        var database = await servers.CreateDatabaseAsync();
        await MigrateAsync(database, First);
        var waiting = Guid.CreateVersion7();
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await using (var fill = source.CreateCommand(Filled)) await fill.ExecuteNonQueryAsync();
            var file = Encoding.UTF8.GetBytes(Samples.Csv(Samples.Row("282520", 152, 10, 100)));
            await using var accept = source.CreateCommand(
                """
                WITH job AS (INSERT INTO import_jobs (id, format, state, byte_count, sha256, submitted_at) VALUES ($1, 'comtrade-v1', 0, $2, '', now()) RETURNING no)
                INSERT INTO import_chunks (job_no, seq, body) SELECT no, 0, $3 FROM job
                """);
            accept.Parameters.Add(new() { Value = waiting });
            accept.Parameters.Add(new() { Value = (long)file.Length });
            accept.Parameters.Add(new() { Value = file });
            await accept.ExecuteNonQueryAsync();
        }

        await using var trade = new TradeService(servers) { On = database };
        await trade.InitializeAsync();

        (await ListedAsync(trade, "flows?importer=USA&hs=811292")).ShouldBe(["2023 CHN 60000", "2023 CAN 30000", "2023 WLD 100000"], ignoreOrder: true);
        (await ListedAsync(trade, "flows?importer=USA&hs=250410")).ShouldBe(["2022-12 CHN 12", "2023 CHN 5", "2023 CHN 3250"], ignoreOrder: true);
        var profile = await trade.GetAsync("suppliers?importer=USA&mineral=gallium&year=2023");
        profile.GetProperty("suppliers").EnumerateArray().Select(s => (s.GetProperty("supplier").GetString(), s.GetProperty("share").GetDouble())).ShouldBe([("CHN", 0.6), ("CAN", 0.3)]);

        // What waited is imported, and what is known under any kind of code is known by its line: the same again is nothing new.
        var job = await Eventually.BecomesAsync(
            () => trade.GetAsync($"imports/{waiting}"), j => TradeService.State(j) is not ("queued" or "running"), TimeSpan.FromSeconds(60));
        ComtradeImportTests.Counts(job).ShouldBe(("completed", 1, 1, 0, 1, 0, 0));
        var again = await trade.ImportAsync("comtrade-v1", Samples.Csv(
            Samples.Row("811292", 0, 100_000, 20_000_000), Samples.Row("811292", 156, 60_000, 9_000_000), Samples.Row("811292", 124, 31_000, 8_000_000),
            Samples.Row("250410", 156, 5, 50, transport: "1000"), Samples.Row("8112", 156, 70, 700), Samples.Row("81", 156, 80, 800), Samples.Row("TOTAL", 156, null, 90_000_000)));
        ComtradeImportTests.Counts(again).ShouldBe(("completed", 7, 7, 0, 0, 1, 6), "of seven known flows one differs");
        ComtradeImportTests.Counts(await trade.ImportAsync("baci&revision=HS17", "t,i,j,k,v,q\n2023,156,842,250410,12.5,3.25\n2023,124,842,250410,1,1\n"))
            .ShouldBe(("completed", 2, 2, 0, 1, 0, 1));
    }

    /// <summary>With the service's own context, which names things in its own way; the service itself is not started.</summary>
    private static async Task MigrateAsync(string database, string migration)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:tradedb"] = database;
        builder.AddServiceDatabase<TradeDbContext>("tradedb");
        using var host = builder.Build();
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<TradeDbContext>>().CreateDbContextAsync();
        await db.GetService<IMigrator>().MigrateAsync(migration);
    }

    private static async Task<List<string>> ListedAsync(TradeService trade, string path) =>
        [.. (await trade.GetAsync(path)).GetProperty("items").EnumerateArray()
            .Select(f => $"{f.GetProperty("period").GetString()} {f.GetProperty("exporter").GetString()} {f.GetProperty("netWeightKg")}")];
}
