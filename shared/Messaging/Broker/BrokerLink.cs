using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Chokepoint.Messaging.Broker;

/// <summary>
/// This process's publishing connection. It connects, declares the topology and only then counts as up; lost, it tries again until
/// the host stops. Consumers wait for it before they connect, so that they too are back as soon as the broker is.
/// </summary>
internal sealed partial class BrokerLink(
    MessagingBuilder messaging, IOptions<MessagingOptions> options, TimeProvider time, ILogger<BrokerLink> log) : BackgroundService
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private TaskCompletionSource<IConnection> _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _unblocked = Completed();
    private string? _lastFailure;
    private volatile bool _stopping;

    /// <summary>Connected, with the topology declared.</summary>
    public bool IsUp => Current is not null;

    /// <summary>The connection, where there is one; it may be blocked.</summary>
    public IConnection? Current
    {
        get
        {
            lock (_lock) return _up.Task.IsCompletedSuccessfully ? _up.Task.Result : null;
        }
    }

    /// <summary>The broker takes nothing at the moment: its memory or disk alarm is on.</summary>
    public bool IsBlocked
    {
        get
        {
            lock (_lock) return !_unblocked.Task.IsCompleted;
        }
    }

    /// <summary>The connection, where it is up and the broker takes messages at this moment; else null.</summary>
    public IConnection? Usable
    {
        get
        {
            lock (_lock) return _up.Task.IsCompletedSuccessfully && _unblocked.Task.IsCompleted ? _up.Task.Result : null;
        }
    }

    /// <summary>Why there is no connection; null before the first failure and while there is one.</summary>
    public string? LastFailure => IsUp ? null : _lastFailure;

    /// <summary>Waits until the broker can be consumed from: an alarm stops nobody from that, and it is what ends most alarms.</summary>
    public async Task<IConnection> WhenConnectedAsync(CancellationToken cancellationToken)
    {
        Task<IConnection> up;
        lock (_lock) up = _up.Task;
        return await up.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until the broker can be published to.</summary>
    public async Task<IConnection> WhenUpAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var connection = await WhenConnectedAsync(cancellationToken);
            Task unblocked;
            lock (_lock) unblocked = _unblocked.Task;
            if (unblocked.IsCompleted) return connection;
            await unblocked.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives up a connection that no longer answers, so that a new one is made.</summary>
    public async Task AbandonAsync(IConnection connection)
    {
        Lost(connection, "it did not answer in time");
        try
        {
            await connection.AbortAsync(TimeSpan.FromSeconds(2));
        }
        catch (Exception exception) when (exception is OperationInterruptedException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It is gone, which was the purpose.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // connecting must not hold up the host's start
        var pause = ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await ConnectAsync(stoppingToken);
                pause = ShortestPause;
                await StayAsync(connection, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever a broker that starts, stops or freezes throws: the answer is to try again.
                NotConnected(exception.GetBaseException().Message);
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    private async Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(options.Value.ConnectionString
                ?? throw new InvalidOperationException("Set ConnectionStrings__broker to the broker's amqp:// URI.")),
            ClientProvidedName = $"{messaging.Service} publisher",
            AutomaticRecoveryEnabled = false, // its own recovery knows nothing of the topology or the rows in flight
            RequestedConnectionTimeout = TimeSpan.FromSeconds(3),
            HandshakeContinuationTimeout = TimeSpan.FromSeconds(5),
            ContinuationTimeout = TimeSpan.FromSeconds(10),
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
        };
        var connection = await factory.CreateConnectionAsync(cancellationToken);
        try
        {
            await using (var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken))
                await Topology.DeclareAsync(channel, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.AbortAsync(TimeSpan.FromSeconds(2));
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task StayAsync(IConnection connection, CancellationToken stoppingToken)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            Lost(connection, reason.ReplyText);
            gone.TrySetResult();
            return Task.CompletedTask;
        };
        connection.ConnectionBlockedAsync += (_, reason) =>
        {
            Blocked(reason.Reason);
            return Task.CompletedTask;
        };
        connection.ConnectionUnblockedAsync += (_, _) =>
        {
            lock (_lock) _unblocked.TrySetResult();
            return Task.CompletedTask;
        };

        lock (_lock) _up.TrySetResult(connection);
        Connected(connection.Endpoint.HostName, connection.Endpoint.Port);
        if (!connection.IsOpen)
        {
            Lost(connection, "it closed at once");
            return;
        }

        try
        {
            await gone.Task.WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            _stopping = true;
            // The relay and the dead-letter path finish with their channels before the host disposes of this.
            await connection.AbortAsync(TimeSpan.FromSeconds(2));
            throw;
        }
    }

    private void Blocked(string reason)
    {
        lock (_lock)
            if (_unblocked.Task.IsCompleted) _unblocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TakesNothing(reason);
    }

    private void Lost(IConnection connection, string reason)
    {
        if (_stopping) return;
        lock (_lock)
        {
            if (!_up.Task.IsCompletedSuccessfully || _up.Task.Result != connection) return;
            _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _unblocked.TrySetResult();
        }

        _lastFailure = reason;
        ConnectionLost(reason);
    }

    private void NotConnected(string reason)
    {
        if (_lastFailure != reason) CannotConnect(reason); // once per reason, not once per second
        _lastFailure = reason;
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    [LoggerMessage(LogLevel.Information, "Connected to the broker at {Host}:{Port}, topology declared")]
    private partial void Connected(string host, int port);

    [LoggerMessage(LogLevel.Warning, "Lost the broker: {Reason}; events wait in the outbox")]
    private partial void ConnectionLost(string reason);

    [LoggerMessage(LogLevel.Warning, "Cannot reach the broker: {Reason}; events wait in the outbox, and it is tried again every second")]
    private partial void CannotConnect(string reason);

    [LoggerMessage(LogLevel.Warning, "The broker accepts no messages until its alarm ends: {Reason}; events wait in the outbox")]
    private partial void TakesNothing(string reason);
}
