using System.Diagnostics;
using Chokepoint.Messaging.Outbox;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Chokepoint.Messaging.Broker;

/// <summary>What the broker made of a batch. Rows in neither list had no answer: their connection was lost, which is no fault of theirs.</summary>
internal sealed record Published(List<DueRow> Confirmed, List<FailedRow> Failed);

/// <summary>The publish seam: a batch of outbox rows goes out on one channel, and its confirms are awaited together.</summary>
internal sealed class EventPublisher(BrokerLink link, IOptions<MessagingOptions> options) : IAsyncDisposable
{
    private IChannel? _channel;
    private IConnection? _channelOf;

    /// <summary>
    /// Publishes all rows, or what it can. It does not wait for a broker that has just gone: the caller may hold the rows locked, and
    /// they would stay so until it is back. Not for concurrent use.
    /// </summary>
    public async Task<Published> PublishAsync(IReadOnlyList<DueRow> rows, CancellationToken cancellationToken)
    {
        var outcome = new Published([], []);
        if (link.Usable is not { } connection) return outcome;
        var sendable = new List<DueRow>(rows.Count);
        foreach (var row in rows)
        {
            if (Unsendable(row) is { } reason) outcome.Failed.Add(new FailedRow(row, reason, Permanent: true));
            else sendable.Add(row);
        }

        var channelClosed = await SendAsync(connection, sendable, outcome, cancellationToken);
        if (channelClosed && connection.IsOpen && sendable.Count > 1)
        {
            // One of them made the broker close the channel. Alone on a channel each shows whether it is the one.
            var unanswered = sendable.Except(outcome.Confirmed).Except(outcome.Failed.Select(failed => failed.Row)).ToList();
            foreach (var row in unanswered)
            {
                if (!connection.IsOpen) break;
                if (await SendAsync(connection, [row], outcome, cancellationToken) && connection.IsOpen)
                    outcome.Failed.Add(new FailedRow(row, "The broker closed the channel over this message.", Permanent: row.Attempts >= 2));
            }
        }
        else if (channelClosed && connection.IsOpen && sendable is [var only])
        {
            outcome.Failed.Add(new FailedRow(only, "The broker closed the channel over this message.", Permanent: only.Attempts >= 2));
        }

        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null) await _channel.DisposeAsync();
    }

    private string? Unsendable(DueRow row)
    {
        if (row.Destination is null && !Topology.RoutesByEvent.ContainsKey(row.EventType)) return $"No route publishes an event of type {row.EventType}.";
        if (row.Payload.Length > options.Value.MaximumPayloadBytes)
            return $"The payload has {row.Payload.Length} bytes; at most {options.Value.MaximumPayloadBytes} are sent.";
        return null;
    }

    /// <returns>Whether the channel closed before all rows were answered.</returns>
    private async Task<bool> SendAsync(IConnection connection, List<DueRow> rows, Published outcome, CancellationToken cancellationToken)
    {
        if (rows.Count == 0) return false;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.Value.ConfirmTimeout);
        try
        {
            var channel = await ChannelAsync(connection, deadline.Token);
            var answers = new Task<string?>[rows.Count];
            for (var i = 0; i < rows.Count; i++) answers[i] = SendAsync(channel, rows[i], deadline.Token);
            await ((Task)Task.WhenAll(answers)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            var closed = false;
            var timedOut = false;
            var returned = false;
            for (var i = 0; i < rows.Count; i++)
            {
                if (answers[i].IsCompletedSuccessfully)
                {
                    if (answers[i].Result is not { } reason)
                    {
                        outcome.Confirmed.Add(rows[i]);
                        continue;
                    }

                    returned = true;
                    outcome.Failed.Add(new FailedRow(rows[i], reason, rows[i].Attempts + 1 >= options.Value.MaximumAttempts));
                }
                else if (deadline.IsCancellationRequested) timedOut = true;
                else closed = true;
            }

            if (timedOut) await GiveUpAsync(connection, cancellationToken);
            else if (returned) await RedeclareAsync(connection, cancellationToken);
            return closed;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await GiveUpAsync(connection, cancellationToken);
            return false;
        }
        catch (Exception exception) when (exception is OperationInterruptedException or AlreadyClosedException or IOException)
        {
            return false; // the connection itself: the link makes another
        }
    }

    /// <returns>Null when confirmed, else why the broker did not take it.</returns>
    private static async Task<string?> SendAsync(IChannel channel, DueRow row, CancellationToken cancellationToken)
    {
        var exchange = row.Destination is null ? Topology.ExchangeOf(Topology.RoutesByEvent[row.EventType]) : "";
        using var span = StartSpan(row, exchange);
        var trace = span?.Id ?? row.TraceParent;
        var properties = new BasicProperties
        {
            MessageId = row.EventId.ToString(),
            Type = row.EventType,
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
        };
        if (trace is not null)
        {
            properties.Headers = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["traceparent"] = trace,
                ["MT-Activity-Id"] = trace, // where MassTransit looks for its span's parent
            };
        }

        try
        {
            await channel.BasicPublishAsync(exchange, row.Destination ?? "", mandatory: true, properties, row.Payload, cancellationToken);
            return null;
        }
        catch (PublishException exception)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            return exception.IsReturn ? "No queue would have received it (returned as unroutable)." : "The broker refused it (nack).";
        }
    }

    private static Activity? StartSpan(DueRow row, string exchange)
    {
        var known = ActivityContext.TryParse(row.TraceParent, traceState: null, isRemote: false, out var parent);
        var span = MessagingMetrics.Source.StartActivity("outbox publish", ActivityKind.Producer, known ? parent : default);
        span?.SetTag("messaging.system", "rabbitmq");
        span?.SetTag("messaging.operation.type", "publish");
        span?.SetTag("messaging.destination.name", row.Destination ?? exchange);
        span?.SetTag("messaging.message.id", row.EventId.ToString());
        return span;
    }

    private async Task<IChannel> ChannelAsync(IConnection connection, CancellationToken cancellationToken)
    {
        // A lost connection tells its channels one after another: until then they say that they are open.
        if (_channel is { IsOpen: true } && _channelOf == connection) return _channel;
        if (_channel is not null) await _channel.DisposeAsync();
        _channel = null;
        _channelOf = connection;
        // The batch bounds what is unconfirmed; the client's own limiter would slow it down on the way there.
        return _channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(
                publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true,
                outstandingPublisherConfirmationsRateLimiter: null),
            cancellationToken);
    }

    /// <summary>A queue that somebody deleted is made again, so that the next attempt arrives.</summary>
    private static async Task RedeclareAsync(IConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await Topology.DeclareAsync(channel, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationInterruptedException or AlreadyClosedException or IOException or TimeoutException)
        {
            // The rows stay in the outbox; each return tries this anew.
        }
    }

    private async Task GiveUpAsync(IConnection connection, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (link.IsBlocked) return; // an alarm is not a dead connection; the relay waits for its end
        _channel = null;
        await link.AbandonAsync(connection);
    }
}
