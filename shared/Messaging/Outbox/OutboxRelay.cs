using Chokepoint.Messaging.Broker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.Messaging.Outbox;

/// <summary>
/// Takes due rows, publishes them, deletes what was confirmed. Any number of relays may run: a row is locked by one at a time, and
/// one that dies lets go of its rows with its connection. What was confirmed but not yet deleted then is sent once more.
/// </summary>
internal sealed partial class OutboxRelay(
    OutboxStore store, OutboxSignal signal, BrokerLink link, EventPublisher publisher, MessagingMetrics metrics,
    IOptions<MessagingOptions> options, TimeProvider time, ILogger<OutboxRelay> log) : BackgroundService
{
    private static readonly TimeSpan GaugeInterval = TimeSpan.FromSeconds(5);
    private NpgsqlConnection? _connection;
    private long _gaugedAt;
    private string? _lastFailure;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var full = false;
                if (link is { IsUp: true, IsBlocked: false })
                {
                    full = await RelayBatchAsync(stoppingToken);
                    _lastFailure = null;
                }

                await GaugeAsync(stoppingToken);
                if (!full) await WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                // No database, or none migrated yet, or a broker on its way out: rows are where they were.
                NotRelayed(exception);
                await DisconnectAsync();
                await Task.Delay(options.Value.PollInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await DisconnectAsync();
    }

    /// <returns>Whether the batch was full, and so more may wait.</returns>
    private async Task<bool> RelayBatchAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await OutboxStore.TakeAsync(connection, options.Value.BatchSize, cancellationToken);
        if (rows.Count == 0) return false;

        var (confirmed, failed) = await publisher.PublishAsync(rows, cancellationToken);

        if (confirmed.Count > 0) await OutboxStore.DeleteAsync(connection, [.. confirmed.Select(row => row.Id)], cancellationToken);
        var hopeless = failed.Where(row => row.Permanent).ToList();
        if (hopeless.Count > 0) await OutboxStore.QuarantineAsync(connection, hopeless, cancellationToken);
        var postponed = failed.Where(row => !row.Permanent).ToList();
        if (postponed.Count > 0) await OutboxStore.PostponeAsync(connection, postponed, options.Value.MaximumBackoff, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        foreach (var group in confirmed.GroupBy(row => row.EventType, StringComparer.Ordinal)) metrics.Published(group.Key, group.Count());
        foreach (var row in hopeless)
        {
            metrics.Quarantined(row.Row.EventType);
            Quarantined(row.Row.EventType, row.Row.EventId, row.Reason);
        }

        return rows.Count == options.Value.BatchSize && confirmed.Count > 0;
    }

    /// <summary>The relay's own connection: its statements stay prepared, and no batch waits for the pool.</summary>
    private async Task<NpgsqlConnection> ConnectionAsync(CancellationToken cancellationToken)
    {
        if (_connection is { State: System.Data.ConnectionState.Open }) return _connection;
        await DisconnectAsync();
        return _connection = await store.OpenAsync(cancellationToken);
    }

    private async Task DisconnectAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (link.IsUp)
        {
            // More was committed while the last batch was on its way: commits come in quick succession, and a moment's patience
            // makes one batch of many. A single one, with nothing before or behind it, goes out at once.
            if (signal.IsSet) await Task.Delay(options.Value.Linger, time, cancellationToken);
            await signal.WaitAsync(options.Value.PollInterval, cancellationToken);
            return;
        }

        // Down, there is nothing to do until it is up again, save for the gauge of what piles up.
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(link.WhenUpAsync(pause.Token), Task.Delay(GaugeInterval, time, pause.Token));
        await pause.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task GaugeAsync(CancellationToken cancellationToken)
    {
        if (_gaugedAt != 0 && time.GetElapsedTime(_gaugedAt) < GaugeInterval) return;
        _gaugedAt = time.GetTimestamp();
        metrics.Waiting(await store.WaitingAsync(cancellationToken));
    }

    private void NotRelayed(Exception exception)
    {
        var reason = exception is PostgresException postgres ? postgres.MessageText : exception.Message;
        // Once per reason, not once per second. No table yet is how a first start begins, while the service migrates its database.
        if (exception is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable }) NoTableYet();
        else if (_lastFailure != reason) RelayFailed(exception, reason);
        _lastFailure = reason;
    }

    [LoggerMessage(LogLevel.Debug, "The outbox has no table yet; the relay waits for the migrations")]
    private partial void NoTableYet();

    [LoggerMessage(LogLevel.Warning, "The outbox was not relayed: {Reason}; it is tried again")]
    private partial void RelayFailed(Exception exception, string reason);

    [LoggerMessage(LogLevel.Error, "Quarantined {EventType} {EventId}: {Reason}")]
    private partial void Quarantined(string eventType, Guid eventId, string reason);
}
