using System.Diagnostics;
using Chokepoint.Messaging;
using Chokepoint.Messaging.Broker;
using Chokepoint.Messaging.Outbox;
using Chokepoint.RiskScoring.Data;
using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.Bench.Rescore;

/// <summary>Every pair through the work table into revisions and the outbox, on a real Postgres: for the first time, and with other figures.</summary>
internal static class FullRescore
{
    public static async Task<(double First, double Again, double Floor)> SecondsAsync(SupplyBook book, CancellationToken cancellationToken)
    {
        await using var servers = await ServersFixture.StartOwnAsync(cancellationToken);
        var connection = await servers.CreateDatabaseAsync(cancellationToken);
        var options = new DbContextOptionsBuilder<RiskDbContext>().UseNpgsql(connection);
        options.UseSnakeCaseNames();
        await using (var db = new RiskDbContext(options.Options)) await db.Database.MigrateAsync(cancellationToken);
        await using var database = NpgsqlDataSource.Create(connection);
        // Never connected: the events stay in the table.
        using var signal = new OutboxSignal();
        using var link = new BrokerLink(
            new MessagingBuilder("risk-scoring", new ServiceCollection()), Options.Create(new MessagingOptions()), TimeProvider.System, NullLogger<BrokerLink>.Instance);
        var outbox = new RawOutbox(signal, new FreshRows(signal, link, TimeProvider.System));
        using var facts = new FactBook();
        using var metrics = new RescoreMetrics();
        var batch = new RescoreBatch(database, new SupplyBooks(book.Method), facts, outbox, metrics, new CommittedRevisions(), TimeProvider.System);

        var first = await TimeAsync(silent: true);
        // As an operator's import leaves it: one figure more, and every score is made from other figures than before.
        await using (var command = database.CreateCommand("""
            INSERT INTO import_jobs (id, format, state, byte_count, sha256, submitted_at) VALUES (gen_random_uuid(), 'figures', 2, 1, '', now());
            INSERT INTO figures (import_no, row_no, kind, economy, value, unit, year, vintage, source)
            VALUES (1, 1, 'governance', 'CHN', 9, '0-10', 2026, '2027', 'bench')
            """))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var again = await TimeAsync(silent: false);
        return (first, again, await FloorAsync(database, cancellationToken));

        async Task<double> TimeAsync(bool silent)
        {
            var started = Stopwatch.GetTimestamp();
            await using (var ask = await database.OpenConnectionAsync(cancellationToken))
            {
                await WorkTable.AskAsync(ask, null, ScoredEconomies.InOrder(book.Pairs), new WorkReason(null, silent, null), cancellationToken);
            }

            while ((await batch.RunAsync(512, [], cancellationToken)).Count > 0)
            {
                // Until nothing waits.
            }

            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }

    /// <summary>The same documents, already made, copied into an empty table.</summary>
    private static async Task<double> FloorAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var documents = new List<string>();
        await using (var read = new NpgsqlCommand("SELECT document FROM revisions WHERE version = 2", connection))
        await using (var reader = await read.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken)) documents.Add(reader.GetString(0));
        }

        await using (var create = new NpgsqlCommand("CREATE TABLE floor (document text)", connection)) await create.ExecuteNonQueryAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await using (var copy = await connection.BeginBinaryImportAsync("COPY floor (document) FROM STDIN (FORMAT binary)", cancellationToken))
        {
            foreach (var document in documents)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(document, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
