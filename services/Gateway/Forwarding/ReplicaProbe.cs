namespace Chokepoint.Gateway.Forwarding;

/// <summary>
/// Asks each replica's <c>/ready</c>: often where it is down, so that it is back in the turn soon; less often where it is up, since
/// requests notice for themselves a dead one and one that is about to end, yet within the time for which the latter still answers. A
/// service with one replica and nothing to choose between is not asked while it is up.
/// </summary>
internal sealed class ReplicaProbe(Services services, HttpMessageInvoker connections, TimeProvider time, ILogger<ReplicaProbe> logger) : BackgroundService
{
    private static readonly TimeSpan WhileDown = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WhileUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        services.All.SelectMany(service => service.Replicas.Select(replica => WatchAsync(service, replica, stoppingToken))));

    private async Task WatchAsync(ReplicaSet service, Replica replica, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(replica.State is ReplicaState.Up ? WhileUp : WhileDown, time, stoppingToken);
            if (replica.State is ReplicaState.Up && service.Replicas.Count is 1)
                continue;
            var state = await AskAsync(replica, stoppingToken);
            if (state != replica.State)
                logger.LogInformation("{Service} at {Address} is {State}", service.Area.Name, replica.Address, state);
            replica.State = state;
        }
    }

    private async Task<ReplicaState> AskAsync(Replica replica, CancellationToken stoppingToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        deadline.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica.Address, "ready"));
            using var answer = await connections.SendAsync(request, deadline.Token);
            return answer.IsSuccessStatusCode ? ReplicaState.Up : Exchange.IsLeaving(answer) ? ReplicaState.Leaving : ReplicaState.Down;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
        {
            return ReplicaState.Down;
        }
    }
}
