using System.Text;
using Chokepoint.MarketPrices.Data;
using Chokepoint.ServiceDefaults;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.MarketPrices.Tests.Data;

/// <summary>A database that an earlier release filled, brought to this one by the service's own start.</summary>
public sealed class MigrationTests(ServersFixture servers)
{
    private const string First = "20261123054044_Initial";
    private const string BeforeLast = "20261126182537_PricesInRowsOfAYear";
    private const string Series = "0198f000-0000-7000-8000-000000000001";

    /// <summary>As the first release stored prices: each a row of its own, by decade, and those that a later vintage replaced apart.</summary>
    private const string FilledFirst =
        $"""
        INSERT INTO series (id, mineral, form, unit, currency, source, frequency) VALUES ('{Series}', 'copper', 'PCOPPUSDM', 't', 'USD', 'FRED (IMF)', 2);
        INSERT INTO observations (series_no, date, value, vintage, batch_no, recorded_at) SELECT no, date, value, vintage, batch_no, now() FROM series, (VALUES
            ('1975-06-01'::date, 1200.5, '2020-02-29'::date, 1), ('1999-12-01', 1760, '2020-02-29', 1), ('2019-12-01', 6077.5, '2020-02-29', 1),
            ('2020-01-01', 6032, '2024-03-31', 2), ('2020-02-01', 5687.5, '2024-03-31', 2)) AS o (date, value, vintage, batch_no);
        INSERT INTO earlier_vintages (series_no, date, value, vintage, batch_no, recorded_at)
            SELECT no, '2020-01-01', 6031, '2020-02-29', 1, now() FROM series;
        INSERT INTO price_floors (mineral, price, unit, currency, set_at) VALUES ('copper', 5000, 't', 'USD', now());
        INSERT INTO price_signals (series_no, version, as_of, price, level, floor_breached) SELECT no, 3, '2020-02-01', 5687.5, 0, false FROM series;
        SELECT setval('batch_no', 2);
        """;

    /// <summary>As the release before this one stored the same.</summary>
    private const string FilledBeforeLast =
        $$"""
        INSERT INTO series (id, mineral, form, unit, currency, source, frequency) VALUES ('{{Series}}', 'copper', 'PCOPPUSDM', 't', 'USD', 'FRED (IMF)', 2);
        INSERT INTO observation_years (series_no, year, batch_no, vintage, recorded_at, dates, prices) SELECT no, year, batch_no, vintage, now(), dates::date[], prices::double precision[] FROM series, (VALUES
            (1975, 1, '2020-02-29'::date, '{1975-06-01}', '{1200.5}'), (1999, 1, '2020-02-29', '{1999-12-01}', '{1760}'), (2019, 1, '2020-02-29', '{2019-12-01}', '{6077.5}'),
            (2020, 1, '2020-02-29', '{2020-01-01}', '{6031}'), (2020, 2, '2024-03-31', '{2020-01-01,2020-02-01}', '{6032,5687.5}')) AS o (year, batch_no, vintage, dates, prices);
        INSERT INTO price_floors (mineral, price, unit, currency, set_at) VALUES ('copper', 5000, 't', 'USD', now());
        INSERT INTO price_signals (series_no, version, as_of, price, level, floor_breached) SELECT no, 3, '2020-02-01', 5687.5, 0, false FROM series;
        SELECT setval('batch_no', 2);
        """;

    [Theory]
    [InlineData(First, FilledFirst)]
    [InlineData(BeforeLast, FilledBeforeLast)]
    public async Task A_database_of_an_earlier_release_is_brought_up_with_its_prices_and_a_file_that_it_had_accepted(string release, string filled)
    {
        var database = await servers.CreateDatabaseAsync();
        await MigrateAsync(database, release);
        var waiting = Guid.CreateVersion7();
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await using (var fill = source.CreateCommand(filled)) await fill.ExecuteNonQueryAsync();
            var file = Encoding.UTF8.GetBytes("DATE,PTINUSDM\n2019-12-01,17000\n");
            await using var accept = source.CreateCommand(
                """
                WITH job AS (INSERT INTO import_jobs (id, format, state, byte_count, sha256, submitted_at) VALUES ($1, 'fred', 0, $2, '', now()) RETURNING no)
                INSERT INTO import_chunks (job_no, seq, body) SELECT no, 0, $3 FROM job
                """);
            accept.Parameters.Add(new() { Value = waiting });
            accept.Parameters.Add(new() { Value = (long)file.Length });
            accept.Parameters.Add(new() { Value = file });
            await accept.ExecuteNonQueryAsync();
        }

        await using var prices = new PriceService(servers) { On = database };
        await prices.InitializeAsync();

        (await ListedAsync(prices, "")).ShouldBe(["1975-06-01 1200.5", "1999-12-01 1760", "2019-12-01 6077.5", "2020-01-01 6032", "2020-02-01 5687.5"]);
        (await ListedAsync(prices, "?knownOn=2020-03-01&from=2019-01-01")).ShouldBe(["2019-12-01 6077.5", "2020-01-01 6031"]);
        (await ListedAsync(prices, "?vintages=true&from=2020-01-01&to=2020-01-31")).ShouldBe(["2020-01-01 6031", "2020-01-01 6032"]);
        (await prices.GetAsync("minerals/copper/signal")).ToString().ShouldContain("5687.5");

        // What waited is imported; the same vintage again is nothing new, and another revises what is known.
        var job = await Eventually.BecomesAsync(
            () => prices.GetAsync($"imports/{waiting}"), j => j.GetProperty("state").GetString() is not ("queued" or "running"), TimeSpan.FromSeconds(60));
        (job.GetProperty("state").GetString(), job.GetProperty("rowsNew").GetInt64()).ShouldBe(("completed", 1));
        var again = await prices.ImportAsync("format=fred&vintage=2024-03-31", "DATE,PCOPPUSDM\n2020-01-01,6032\n2020-02-01,5687.5\n"u8.ToArray());
        (again.GetProperty("rowsNew").GetInt64(), again.GetProperty("rowsRevised").GetInt64(), again.GetProperty("rowsUnchanged").GetInt64()).ShouldBe((0, 0, 2));
        var revised = await prices.ImportAsync("format=fred&vintage=2024-04-30", "DATE,PCOPPUSDM\n2020-01-01,6033\n2020-03-01,5182\n"u8.ToArray());
        (revised.GetProperty("rowsNew").GetInt64(), revised.GetProperty("rowsRevised").GetInt64()).ShouldBe((1, 1));
        (await ListedAsync(prices, "?from=2020-01-01")).ShouldBe(["2020-01-01 6033", "2020-02-01 5687.5", "2020-03-01 5182"]);
        (await prices.QueryAsync<long>("SELECT version FROM price_signals JOIN series ON no = series_no WHERE mineral = 'copper'")).ShouldBeGreaterThanOrEqualTo(3);
        (await prices.QueryAsync<double>("SELECT price FROM price_floors")).ShouldBe(5000);
    }

    /// <summary>With the service's own context, which names things in its own way; the service itself is not started.</summary>
    private static async Task MigrateAsync(string database, string migration)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:pricesdb"] = database;
        builder.AddServiceDatabase<PricesDbContext>("pricesdb");
        using var host = builder.Build();
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<PricesDbContext>>().CreateDbContextAsync();
        await db.GetService<IMigrator>().MigrateAsync(migration);
    }

    private static async Task<List<string>> ListedAsync(PriceService prices, string query) =>
        [.. (await prices.GetAsync($"series/{Series}/observations{query}")).GetProperty("items").EnumerateArray()
            .Select(o => $"{o.GetProperty("date").GetString()} {o.GetProperty("value")}")];
}
