using Chokepoint.Messaging.Broker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.Messaging.Outbox;

/// <summary>
/// Between processes: rows that this process cannot relay, since it has no broker at the moment, are announced to the relays of
/// its replicas by <c>NOTIFY</c>, once a second at most. A <c>NOTIFY</c> in every transaction would make commits queue up.
/// </summary>
internal sealed class OutboxNotifications(
    NpgsqlDataSource dataSource, OutboxSignal signal, BrokerLink link, TimeProvider time, ILogger<OutboxNotifications> log) : BackgroundService
{
    private const string Channel = "messaging_outbox";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Task.Run(() => KeepAsync(ListenAsync, stoppingToken), CancellationToken.None),
        Task.Run(() => KeepAsync(NotifyAsync, stoppingToken), CancellationToken.None));

    private async Task KeepAsync(Func<CancellationToken, Task> run, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await run(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Only the quick way is lost meanwhile: the relays look by themselves too.
                log.LogDebug(exception, "Outbox notifications are interrupted");
                await Task.Delay(TimeSpan.FromSeconds(5), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            connection.Notification += (_, _) => signal.Wake();
            await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
                await listen.ExecuteNonQueryAsync(cancellationToken);
            while (true) await connection.WaitAsync(cancellationToken);
        }
        finally
        {
            await ChangedSession.CloseAsync(connection);
        }
    }

    private async Task NotifyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await signal.Written.WaitAsync(cancellationToken);
            if (link is { IsUp: true, IsBlocked: false }) continue; // the relay of this process has it
            await using (var notify = dataSource.CreateCommand($"NOTIFY {Channel}"))
                await notify.ExecuteNonQueryAsync(cancellationToken);
            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}
