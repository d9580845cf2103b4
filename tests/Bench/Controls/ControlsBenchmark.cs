using System.Diagnostics;
using System.Globalization;
using System.Net;
using Chokepoint.Testing;
using Npgsql;

namespace Chokepoint.Bench.Controls;

/// <summary>
/// The registry with 100,000 notices made from the real ones: what stands for a destination, and a boundary that flips a thousand
/// clauses at once. The floor is the same request rate on a path that does nothing.
/// </summary>
internal sealed class ControlsBenchmark : IBenchmark
{
    private const int Notices = 100_000;
    private const int PerSecond = 200;
    private const int Warm = 200;
    private static readonly string[] Destinations = ["USA", "JPN", "KOR", "DEU", "EU27", "IND", "GBR", "CHN"];
    private const int Seconds = 15;
    private const int Flipping = 1000;
    private const string Key = "bench";

    /// <summary>A backend that has gone idle tells its counts after ten seconds at most (PostgreSQL, pgstat.c).</summary>
    private static readonly TimeSpan CountsTold = TimeSpan.FromSeconds(12);

    public string Name => "controls";

    public string Summary => "/active for a destination at 200 requests/s over 100,000 notices, and 1,000 clauses flipped by one boundary";

    public async Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken)
    {
        await using var servers = await BenchServers.StartAsync(cancellationToken);
        var database = await servers.DatabaseAsync("controlsdb", cancellationToken);
        await using var service = await ServiceProcess.StartAsync("ExportControls", "controlsdb", database, servers.Broker, Key);
        await using var source = NpgsqlDataSource.Create(database);
        await Eventually.IsTrueAsync(async () => await CountAsync(source, "SELECT count(*) FROM registry_editions") == 1, TimeSpan.FromSeconds(60));
        var own = service.PeakMegabytes();
        await MultiplyAsync(source, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        (await service.Http.GetAsync("/api/controls/active", cancellationToken)).EnsureSuccessStatusCode();
        var read = Stopwatch.GetElapsedTime(began).TotalSeconds;

        var floor = await LoadAsync(service, servers, _ => "/alive", cancellationToken);
        var before = await ReadAsync(source);
        var active = await LoadAsync(service, servers, i => $"/api/controls/active?destination={Destination(i)}", cancellationToken);
        var narrowed = await LoadAsync(
            service, servers, i => $"/api/controls/active?destination={Destination(i)}&mineral=gallium&on=2026-11-28", cancellationToken);
        await Task.Delay(CountsTold, cancellationToken);
        var rows = (double)(await ReadAsync(source) - before) / (2 * (Warm + (PerSecond * Seconds)));
        var flip = await FlipAsync(source, cancellationToken);

        return new BenchmarkResult(
        [
            new Measurement("notices", await CountAsync(source, "SELECT count(*) FROM notices"), "notices"),
            new Measurement("all clauses read into memory, once", read, "s"),
            new Measurement("memory of the service, before and after: before", own, "MB"),
            new Measurement("memory of the service, before and after: after", service.PeakMegabytes(), "MB"),
            new Measurement("active for a destination, median", active.Milliseconds.Median(), "ms"),
            new Measurement(
                "active for a destination, p99", active.Milliseconds.At(99), "ms", "under 50 ms at 200 requests/s", active.Milliseconds.At(99) < 50),
            new Measurement("active for a destination, processor time of the service", active.ServiceMilliseconds, "ms a request"),
            new Measurement("active for a destination, processor time of Postgres", active.PostgresMilliseconds, "ms a request"),
            new Measurement("the same, one mineral and a day to come, p99", narrowed.Milliseconds.At(99), "ms"),
            new Measurement("the same, processor time of service and Postgres", narrowed.ServiceMilliseconds + narrowed.PostgresMilliseconds, "ms a request"),
            new Measurement("rows of notices, clauses and schedules read", rows, "rows a request"),
            new Measurement("floor: a path that does nothing, p99", floor.Milliseconds.At(99), "ms"),
            new Measurement("floor: processor time of the service", floor.ServiceMilliseconds, "ms a request"),
            new Measurement("1,000 clauses flipped at once, wholly announced", flip, "s", "within 5 s", flip < 5),
        ]);
    }

    private static string Destination(int i) => Destinations[i % Destinations.Length];

    /// <summary>Rows that Postgres has read of the registry's tables, by whatever way.</summary>
    private static Task<long> ReadAsync(NpgsqlDataSource source) => CountAsync(source, """
        SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables WHERE relname IN ('notices', 'clauses', 'intervals')
        """);

    /// <summary>Copies of what shipped, under numbers of their own, until there are enough.</summary>
    private static async Task MultiplyAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var shipped = await CountAsync(source, "SELECT count(*) FROM notices");
        var copies = (Notices - 1) / shipped;
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"""
            CREATE TEMP TABLE copied AS SELECT n.id AS original, gen_random_uuid() AS id, k FROM notices n, generate_series(1, {copies}) k;
            CREATE TEMP TABLE copied_clauses AS
                SELECT c.id AS original, gen_random_uuid() AS id, m.id AS notice, m.k FROM clauses c JOIN copied m ON m.original = c.notice_id;
            INSERT INTO notices (id, issuer, document_number, announced_on, document, revision, origin, recorded_at, updated_at)
                SELECT m.id, issuer, document_number || '-' || m.k, announced_on, document, revision, origin, recorded_at, updated_at
                FROM notices n JOIN copied m ON m.original = n.id;
            INSERT INTO clauses (id, notice_id, issuer, document_number, number, ordinal, measure, minerals, destinations, excluded_destinations,
                                 end_use, quota, effective_from, effective_until, confidence, sources, is_removed, version, status, state_since)
                SELECT m.id, m.notice, issuer, document_number || '-' || m.k, number, ordinal, measure, minerals, destinations, excluded_destinations,
                       end_use, quota, effective_from, effective_until, confidence, sources, is_removed, version, status, state_since
                FROM clauses c JOIN copied_clauses m ON m.original = c.id;
            INSERT INTO intervals (clause_id, "from", until, status, basis, starts_at, ends_at)
                SELECT m.id, "from", until, status, basis, starts_at, ends_at FROM intervals i JOIN copied_clauses m ON m.original = i.clause_id;
            ANALYZE;
            """, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Requests at a steady rate whatever the answers take, each timed from when it was due.</summary>
    private static async Task<Load> LoadAsync(ServiceProcess service, BenchServers servers, Func<int, string> path, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Warm; i++) await AskAsync(i);
        var (ofService, ofPostgres) = (service.ProcessorSeconds(), servers.Processor.Read().Postgres);
        var milliseconds = await OpenLoop.RunAsync(PerSecond, PerSecond * Seconds, AskAsync, cancellationToken);
        return new Load(
            milliseconds, 1000 * (service.ProcessorSeconds() - ofService) / milliseconds.Count,
            1000 * (servers.Processor.Read().Postgres - ofPostgres) / milliseconds.Count);

        async Task AskAsync(int i)
        {
            using var answer = await service.Http.GetAsync(path(i), cancellationToken);
            if (answer.StatusCode is not HttpStatusCode.OK) throw new InvalidOperationException($"{path(i)}: {(int)answer.StatusCode}");
        }
    }

    /// <summary>
    /// From the instant that a boundary of a thousand clauses is due to the last event's confirmation by the broker. They are copies,
    /// which were announced never: what shipped has told of its states, and would not tell again.
    /// </summary>
    private static async Task<double> FlipAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"""
            WITH flipping AS (
                SELECT c.id, min(i."from") AS since FROM clauses c JOIN intervals i ON i.clause_id = c.id
                WHERE c.announced_content IS NULL AND c.next_boundary_at IS NULL GROUP BY c.id HAVING count(*) > 1 LIMIT {Flipping})
            UPDATE clauses SET state_since = flipping.since, next_boundary_at = now(), version = 100
            FROM flipping WHERE flipping.id = clauses.id
            """, connection);
        var began = Stopwatch.GetTimestamp();
        var due = await command.ExecuteNonQueryAsync(cancellationToken);
        if (due != Flipping) throw new InvalidOperationException($"{due} clauses were due, not {Flipping}.");
        await Eventually.IsTrueAsync(
            async () => await CountAsync(source, "SELECT count(*) FROM clauses WHERE version = 100") == 0
                && await CountAsync(source, "SELECT count(*) FROM messaging.outbox") == 0,
            TimeSpan.FromSeconds(60));
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <param name="Milliseconds">Of each request, from when it was due.</param>
    /// <param name="ServiceMilliseconds">Processor time of the service for one.</param>
    /// <param name="PostgresMilliseconds">Of Postgres.</param>
    private sealed record Load(IReadOnlyList<double> Milliseconds, double ServiceMilliseconds, double PostgresMilliseconds);

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
