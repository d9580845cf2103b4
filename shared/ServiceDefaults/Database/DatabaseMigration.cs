using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Applies the service's migrations when it starts, one replica at a time. EF's own lock ends with each migration's transaction, and of
/// two that took turns the second would apply what the first just did. A database that is away is waited for, not died of.
/// </summary>
/// <remarks>
/// The start of the hosted services behind it waits a while, so that in the common case they find their tables; then they go on, and
/// <c>/alive</c> answers while the database is still away.
/// </remarks>
internal sealed class DatabaseMigration<TDbContext>(
    IDbContextFactory<TDbContext> contexts, NpgsqlDataSource source, DatabaseReadiness readiness, TimeProvider time, ILogger<DatabaseMigration<TDbContext>> logger)
    : BackgroundService
    where TDbContext : DbContext
{
    private static readonly TimeSpan HoldUpOthers = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(readiness.WaitAsync(cancellationToken), Task.Delay(HoldUpOthers, time, cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        for (var pause = TimeSpan.FromMilliseconds(100); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await using var context = await contexts.CreateDbContextAsync(stoppingToken);
                context.Database.SetCommandTimeout(Longest);
                await MigrateAloneAsync(context, stoppingToken);
                await Answers.CreateTableAsync(source, stoppingToken);
                await AuditTable.CreateAsync(source, stoppingToken);
                readiness.Set();
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                readiness.Waiting = $"Postgres: {fault.GetBaseException().Message}";
                logger.LogWarning("The migrations wait for Postgres: {Reason}", fault.GetBaseException().Message);
            }
            await Task.Delay(pause, time, stoppingToken);
        }
    }

    /// <summary>On one connection, so that a pool of one is enough: the lock is the session's, and goes with it when the process dies.</summary>
    /// <remarks>A migration must not build an index CONCURRENTLY: that waits for whoever waits for the lock. None does.</remarks>
    private static async Task MigrateAloneAsync(TDbContext context, CancellationToken cancellationToken)
    {
        // Past EF, which hides what went wrong in an exception of its own.
        var connection = (NpgsqlConnection)context.Database.GetDbConnection();
        try
        {
            await connection.OpenAsync(cancellationToken);
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.InvalidCatalogName)
        {
            await context.GetService<IRelationalDatabaseCreator>().CreateAsync(cancellationToken);
            await connection.OpenAsync(cancellationToken);
        }
        try
        {
            await TurnAsync("SELECT pg_advisory_lock(hashtext('migrations'))", cancellationToken);
            await context.Database.MigrateAsync(cancellationToken);
        }
        finally
        {
            // A broken connection has let go of the lock by itself.
            if (connection.State is ConnectionState.Open)
                await TurnAsync("SELECT pg_advisory_unlock_all()", CancellationToken.None);
            await connection.CloseAsync();
        }

        async Task TurnAsync(string statement, CancellationToken cancellation)
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = (int)Longest.TotalSeconds };
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
