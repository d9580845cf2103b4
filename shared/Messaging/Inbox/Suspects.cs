using Chokepoint.Messaging.Consumers;
using Npgsql;

namespace Chokepoint.Messaging.Inbox;

/// <summary>Counts how often the handling of a message was begun without an end, which only the death of the process explains.</summary>
internal sealed class Suspects(NpgsqlDataSource dataSource) : IDisposable
{
    /// <summary>From this many deliveries on a message is handled alone and accounted for.</summary>
    public const int FromDelivery = 3;

    private const int Deaths = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Handles one suspect; not two at once in this process, so that a death has one culprit.</summary>
    /// <exception cref="ProcessDiedException">The process has died over this message too often.</exception>
    public async Task WatchAsync(string consumer, Guid eventId, Func<Task> handle, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            // The count stays until the dead letter is safe: where it is not, the message comes again.
            if (await BegunAsync(consumer, eventId, cancellationToken) > Deaths)
                throw new ProcessDiedException($"The process died {Deaths} times while it handled this event.");
            try
            {
                await handle();
            }
            finally
            {
                await EndAsync(consumer, eventId); // applied or not: the process lives
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>A database that is away is not the message's fault: it is waited for.</summary>
    private async Task<int> BegunAsync(string consumer, Guid eventId, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await BeginAsync(consumer, eventId, cancellationToken);
            }
            catch (Exception exception) when (Fault.Of(exception) is FaultKind.OfTheServers && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private async Task<int> BeginAsync(string consumer, Guid eventId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            INSERT INTO messaging.suspects AS s (consumer, event_id) VALUES ($1, $2)
            ON CONFLICT (event_id, consumer) DO UPDATE SET begun = s.begun + 1, begun_at = now()
            RETURNING begun
            """);
        command.Parameters.Add(new() { Value = consumer });
        command.Parameters.Add(new() { Value = eventId });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task EndAsync(string consumer, Guid eventId)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM messaging.suspects WHERE consumer = $1 AND event_id = $2");
        command.Parameters.Add(new() { Value = consumer });
        command.Parameters.Add(new() { Value = eventId });
        try
        {
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            // One begin too many is counted against it; four are needed.
        }
    }
}

/// <summary>The reason given for a message that was dead-lettered because handling it ends the process.</summary>
internal sealed class ProcessDiedException : Exception
{
    public ProcessDiedException(string message)
        : base(message)
    {
    }

    public ProcessDiedException()
    {
    }

    public ProcessDiedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
