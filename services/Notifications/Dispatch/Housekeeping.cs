using Chokepoint.ServiceDefaults;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>
/// Each minute: ends deliveries that wait for subscriptions switched off meanwhile, and forgets what is older than
/// <see cref="DispatchSettings.Retention"/>. Any number of replicas may do it at once.
/// </summary>
internal sealed class Housekeeping(
    AttemptStore store, NpgsqlDataSource dataSource, IOptions<DispatchSettings> options, DatabaseReadiness database,
    TimeProvider time, ILogger<Housekeeping> log) : BackgroundService
{
    private const int Batch = 5_000;

    // An event goes with its deliveries and their attempts, once none of them is still to be made.
    private const string Forget = """
        DELETE FROM events WHERE id = ANY(ARRAY(
            SELECT e.id FROM events e
            WHERE e.received_at < now() - $1
                AND NOT EXISTS (SELECT FROM deliveries d WHERE d.event_id = e.id AND (d.state = 'Pending' OR d.completed_at >= now() - $1))
            ORDER BY e.received_at LIMIT $2
            FOR UPDATE SKIP LOCKED))
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await store.GiveUpAsync(stoppingToken);
                while (await ForgetAsync(stoppingToken) == Batch)
                {
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(error, "Old deliveries were not cleared; the next minute will");
            }
        }
    }

    /// <returns>How many events went.</returns>
    internal async Task<int> ForgetAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Forget);
        command.Parameters.Add(new() { Value = options.Value.Retention });
        command.Parameters.Add(new() { Value = Batch });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
