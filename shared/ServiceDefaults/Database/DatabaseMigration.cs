using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Applies the service's migrations when it starts, under the lock that EF takes, so that replicas may start together. A database that
/// is away is waited for, not died of.
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
                context.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
                await context.Database.MigrateAsync(stoppingToken);
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
}
