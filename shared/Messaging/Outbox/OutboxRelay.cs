using System.Diagnostics;
using Chokepoint.Messaging.Broker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.Messaging.Outbox;

/// <summary>
/// Publishes what was committed and deletes what was confirmed. Rows that this process has just written come to it in memory; for all
/// others, of processes that died or have no broker, it looks at the table. Any number of relays may run: there a row is locked by one
/// at a time, and one that dies lets go of its rows with its connection. What was confirmed but not yet deleted is sent once more.
/// </summary>
internal sealed partial class OutboxRelay(
    OutboxStore store, OutboxSignal signal, FreshRows fresh, BrokerLink link, EventPublisher publisher, MessagingMetrics metrics,
    IOptions<MessagingOptions> options, TimeProvider time, ILogger<OutboxRelay> log) : BackgroundService
{
    private static readonly TimeSpan GaugeInterval = TimeSpan.FromSeconds(5);

    /// <summary>Published from memory, confirmed, and still in the table; the first of them since <see cref="_confirmedAt"/>.</summary>
    private readonly List<Guid> _confirmed = [];
    private NpgsqlConnection? _connection;
    private long _confirmedAt;
    private long _lookedAt;
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
                    full = await RelayFreshAsync(stoppingToken);
                    full |= await RelayTableAsync(stoppingToken);
                    _lastFailure = null;
                }

                if (_confirmed.Count > 0 && UntilDeletion() <= TimeSpan.Zero) await DeleteConfirmedAsync(stoppingToken);
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

        await FinishAsync();
    }

    /// <returns>Whether the batch was full, and so more may wait.</returns>
    private async Task<bool> RelayFreshAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectionAsync(cancellationToken);
        var rows = fresh.Take(options.Value.BatchSize);
        if (rows.Count == 0) return false;
        var published = await PublishAsync(rows, cancellationToken);
        if (_confirmed.Count == 0) _confirmedAt = time.GetTimestamp();
        _confirmed.AddRange(published.Confirmed.Select(row => row.Id));
        await SettleAsync(connection, published, cancellationToken);
        return rows.Count == options.Value.BatchSize;
    }

    private TimeSpan UntilDeletion() => _confirmed.Count >= options.Value.BatchSize
        ? TimeSpan.Zero
        : options.Value.DeletionLinger - time.GetElapsedTime(_confirmedAt);

    /// <summary>
    /// What was published from memory is deleted a moment later, with what followed: at once, the round trip and its commit would compete
    /// with whoever is at work on the event. Before each look at the table too, so that nothing is found there that was sent already.
    /// </summary>
    private async Task DeleteConfirmedAsync(CancellationToken cancellationToken)
    {
        if (_confirmed.Count == 0) return;
        await OutboxStore.DeleteAsync(await ConnectionAsync(cancellationToken), [.. _confirmed], cancellationToken);
        _confirmed.Clear();
    }

    /// <summary>Takes what this process left to the table, then whatever is due there: at once when it is pointed at, else now and then.</summary>
    /// <returns>Whether more may wait.</returns>
    private async Task<bool> RelayTableAsync(CancellationToken cancellationToken)
    {
        var size = options.Value.BatchSize;
        var connection = await ConnectionAsync(cancellationToken);
        if (fresh.AnyLeft)
        {
            await RelayLeftAsync(connection, fresh.TakeLeft(size), cancellationToken);
            return true;
        }

        var pointedAt = signal.TakePointedAt();
        if (pointedAt == 0 && _lookedAt != 0 && time.GetElapsedTime(_lookedAt) < options.Value.PollInterval) return false;
        _lookedAt = time.GetTimestamp();
        await DeleteConfirmedAsync(cancellationToken);
        // What came after the pointing may be in another process's memory.
        var leftAlone = pointedAt == 0 ? options.Value.LeftAlone : Stopwatch.GetElapsedTime(pointedAt);
        var (taken, confirmed) = await RelayLockedAsync(connection, () => OutboxStore.TakeAsync(connection, size, leftAlone, cancellationToken), cancellationToken);
        if (taken < size || confirmed == 0) return false;
        if (pointedAt == 0) _lookedAt = 0;
        else signal.PointBack(pointedAt);
        return true;
    }

    private async Task RelayLeftAsync(NpgsqlConnection connection, Guid[] left, CancellationToken cancellationToken)
    {
        try
        {
            await RelayLockedAsync(connection, () => OutboxStore.TakeAsync(connection, left, cancellationToken), cancellationToken);
        }
        catch
        {
            fresh.Leave(left);
            throw;
        }
    }

    /// <returns>How many were taken, and how many of them the broker has confirmed.</returns>
    private async Task<(int Taken, int Confirmed)> RelayLockedAsync(
        NpgsqlConnection connection, Func<Task<List<DueRow>>> take, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await take();
        if (rows.Count == 0) return (0, 0);
        fresh.Sent(rows.Select(row => row.Id));
        var published = await PublishAsync(rows, cancellationToken);
        if (published.Confirmed.Count > 0) await OutboxStore.DeleteAsync(connection, [.. published.Confirmed.Select(row => row.Id)], cancellationToken);
        await SettleAsync(connection, published, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (rows.Count, published.Confirmed.Count);
    }

    /// <summary>What has no answer may have been sent or not: it is taken from the table next.</summary>
    private async Task<Published> PublishAsync(List<DueRow> rows, CancellationToken cancellationToken)
    {
        var published = await publisher.PublishAsync(rows, cancellationToken);
        if (published.Confirmed.Count + published.Failed.Count < rows.Count)
            fresh.Leave(rows.Except(published.Confirmed).Except(published.Failed.Select(failed => failed.Row)).Select(row => row.Id));
        return published;
    }

    /// <summary>Tells of what was confirmed, and writes of what was not why.</summary>
    private async Task SettleAsync(NpgsqlConnection connection, Published published, CancellationToken cancellationToken)
    {
        var (confirmed, failed) = published;
        var hopeless = failed.Where(row => row.Permanent).ToList();
        if (hopeless.Count > 0) await OutboxStore.QuarantineAsync(connection, hopeless, cancellationToken);
        var postponed = failed.Where(row => !row.Permanent).ToList();
        if (postponed.Count > 0) await OutboxStore.PostponeAsync(connection, postponed, options.Value.MaximumBackoff, cancellationToken);

        foreach (var group in confirmed.GroupBy(row => row.EventType, StringComparer.Ordinal)) metrics.Published(group.Key, group.Count());
        foreach (var row in hopeless)
        {
            metrics.Quarantined(row.Row.EventType);
            Quarantined(row.Row.EventType, row.Row.EventId, row.Reason);
        }
    }

    /// <summary>The relay's own connection: its statements stay prepared, and no batch waits for the pool.</summary>
    private async Task<NpgsqlConnection> ConnectionAsync(CancellationToken cancellationToken)
    {
        if (_connection is { State: System.Data.ConnectionState.Open }) return _connection;
        await DisconnectAsync();
        (_connection, var isAlone) = await store.OpenAsync(cancellationToken);
        // What a process of this service left when it died need not wait then.
        if (isAlone) signal.Point();
        fresh.HasRelay = true;
        return _connection;
    }

    /// <summary>Left undeleted they would be sent once more by whoever comes next, which only costs.</summary>
    private async Task FinishAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await DeleteConfirmedAsync(patience.Token);
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            NotRelayed(exception);
        }

        await DisconnectAsync();
    }

    private async Task DisconnectAsync()
    {
        fresh.HasRelay = false;
        if (_connection is not null) await ChangedSession.CloseAsync(_connection);
        _connection = null;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (link.IsUp)
        {
            // More was committed while the last batch was on its way: commits come in quick succession, and a moment's patience
            // makes one batch of many. A single one, with nothing before or behind it, goes out at once.
            if (signal.IsSet) await Task.Delay(options.Value.Linger, time, cancellationToken);
            var wait = options.Value.PollInterval;
            if (_confirmed.Count > 0 && UntilDeletion() is var deletion && deletion < wait) wait = deletion > TimeSpan.Zero ? deletion : TimeSpan.Zero;
            await signal.WaitAsync(wait, cancellationToken);
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
        try
        {
            var rows = await store.WaitingAsync(cancellationToken);
            var waiting = Math.Max(0, rows.Outbox - _confirmed.Count);
            metrics.Waiting(rows with { Outbox = waiting, OldestSeconds = waiting == 0 ? 0 : rows.OldestSeconds });
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            // The gauge asks by the pool, which may be empty; the relay's own connection is none the worse for it.
            NotGauged(exception.Message);
        }
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

    [LoggerMessage(LogLevel.Debug, "What waits in the outbox was not counted: {Reason}")]
    private partial void NotGauged(string reason);

    [LoggerMessage(LogLevel.Warning, "The outbox was not relayed: {Reason}; it is tried again")]
    private partial void RelayFailed(Exception exception, string reason);

    [LoggerMessage(LogLevel.Error, "Quarantined {EventType} {EventId}: {Reason}")]
    private partial void Quarantined(string eventType, Guid eventId, string reason);
}
