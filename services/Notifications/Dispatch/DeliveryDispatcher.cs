using System.Collections.Concurrent;
using Chokepoint.ServiceDefaults;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>
/// Sends what is due: handed over by the commit that made it, or looked for when woken by a commit, a freed slot, or the time something
/// falls due. Any number of attempts run at once, up to a bound in all and a smaller one per subscription.
/// </summary>
internal sealed class DeliveryDispatcher(
    DueDeliveries due, FreshDeliveries fresh, WebhookSender sender, AttemptRecorder recorder, DispatchSignal signal, DatabaseReadiness database,
    IOptions<DispatchSettings> options, ILogger<DeliveryDispatcher> log) : BackgroundService
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(2);

    // By claim.
    private readonly ConcurrentDictionary<Guid, (ClaimedDelivery Delivery, Task Attempt)> _attempts = new();
    private volatile bool _backlog;

    /// <summary>Who begins attempts counts the slots first: a look, or the commit of what was claimed without one.</summary>
    private readonly Lock _beginning = new();
    private bool _looks = true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var sending = new CancellationTokenSource();
        try
        {
            await database.WaitAsync(stoppingToken);
            fresh.Serve(claimed => Begin(claimed, sending.Token));
            await DispatchAsync(sending.Token, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
        finally
        {
            await FinishAsync(sending);
        }
    }

    private async Task DispatchAsync(CancellationToken sending, CancellationToken stoppingToken)
    {
        while (true)
        {
            stoppingToken.ThrowIfCancellationRequested();
            var wait = options.Value.PollInterval;
            try
            {
                if (await LookAsync(sending, stoppingToken) is { } next && next < wait) wait = next;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, the deliveries are still there and due.
                log.LogWarning(error, "Due deliveries could not be claimed; trying again in {Wait}", wait);
            }
            if (wait > TimeSpan.Zero) await signal.WaitAsync(wait, stoppingToken);
        }
    }

    /// <returns>How long until there is something to do without a signal.</returns>
    private async Task<TimeSpan?> LookAsync(CancellationToken sending, CancellationToken stoppingToken)
    {
        lock (_beginning) _looks = true;
        var next = await ClaimAsync(sending, stoppingToken);
        fresh.IsWanted = !_backlog;
        lock (_beginning) _looks = false; // not where the look failed: then there is no telling what waits
        return next;
    }

    private async Task<TimeSpan?> ClaimAsync(CancellationToken sending, CancellationToken stoppingToken)
    {
        _backlog = true; // an attempt that ends during the look must not take it that nothing waits
        var slots = options.Value.Concurrency - _attempts.Count;
        if (slots <= 0) return null;
        var inFlight = _attempts.Values.CountBy(a => a.Delivery.SubscriptionId).ToDictionary();
        var look = await due.LookAsync(slots, inFlight, stoppingToken);
        foreach (var delivery in look.Claimed) Start(delivery, sending);
        _backlog = look.OldestWaiting is not null;
        Telemetry.OldestDue(look.OldestWaiting ?? TimeSpan.Zero);
        return look.NextDue;
    }

    private bool Begin(IReadOnlyList<ClaimedDelivery> claimed, CancellationToken sending)
    {
        lock (_beginning)
        {
            var settings = options.Value;
            if (_looks || sending.IsCancellationRequested || _attempts.Count + claimed.Count > settings.Concurrency) return false;
            var inFlight = _attempts.Values.CountBy(a => a.Delivery.SubscriptionId).ToDictionary();
            if (claimed.Any(delivery => inFlight.GetValueOrDefault(delivery.SubscriptionId) >= settings.ConcurrencyPerSubscription)) return false;
            foreach (var delivery in claimed) Start(delivery, sending);
            return true;
        }
    }

    private void Start(ClaimedDelivery delivery, CancellationToken sending)
    {
        var registered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _attempts[delivery.Claim] = (delivery, AttemptAsync(delivery, registered.Task, sending));
        registered.SetResult();
    }

    private async Task AttemptAsync(ClaimedDelivery delivery, Task registered, CancellationToken sending)
    {
        await registered;
        try
        {
            await recorder.RecordAsync(await sender.SendAsync(delivery, sending), sending);
            _attempts.TryRemove(delivery.Claim, out _);
        }
        catch (OperationCanceledException)
        {
            // Stays in the list, to be given back.
        }
        catch (Exception error)
        {
            log.LogError(error, "An attempt of delivery {Delivery} broke; its claim will lapse", delivery.Id);
            _attempts.TryRemove(delivery.Claim, out _);
        }
        if (_backlog) signal.Raise();
    }

    /// <summary>Lets attempts in flight end, a few seconds at most, and gives back the rest.</summary>
    private async Task FinishAsync(CancellationTokenSource sending)
    {
        fresh.IsWanted = false;
        lock (_beginning) _looks = true; // nothing more is begun
        var attempts = _attempts.Values.Select(a => a.Attempt).ToArray();
        sending.CancelAfter(Drain);
        await Task.WhenAll(attempts);
        recorder.Complete();
        try
        {
            using var deadline = new CancellationTokenSource(Drain);
            await due.ReleaseAsync([.. _attempts.Values.Select(a => a.Delivery)], deadline.Token);
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            log.LogWarning(error, "Claims could not be given back; they lapse within {Lease}", options.Value.Lease);
        }
    }
}
