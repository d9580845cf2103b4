using System.Diagnostics;
using Chokepoint.Messaging;
using Chokepoint.Messaging.Broker;
using Chokepoint.Messaging.Outbox;
using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Data;
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
    public static async Task<(double First, double Again)> SecondsAsync(SupplyBook book, FiguresEdition figures, CancellationToken cancellationToken)
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
        using var clauses = new ClauseBook();
        using var metrics = new RescoreMetrics();
        var batch = new RescoreBatch(database, book, figures, clauses, outbox, metrics, new CommittedRevisions(), TimeProvider.System);

        var first = await TimeAsync(silent: true);
        // As other figures would: nothing of what is stored fits any more.
        await using (var command = database.CreateCommand("UPDATE current_scores SET figures = 'other', fingerprint = 'other', structure = structure / 2"))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return (first, await TimeAsync(silent: false));

        async Task<double> TimeAsync(bool silent)
        {
            var started = Stopwatch.GetTimestamp();
            await using (var ask = await database.OpenConnectionAsync(cancellationToken))
            {
                await WorkTable.AskAsync(ask, null, ScoredEconomies.InOrder(book.Pairs), new WorkReason(null, silent, null), cancellationToken);
            }

            while ((await batch.RunAsync(512, cancellationToken)).Pairs > 0)
            {
                // Until nothing waits.
            }

            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }
}
