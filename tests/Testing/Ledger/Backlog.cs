using Chokepoint.Contracts;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Testing.Ledger;

/// <summary>What is on its way between the services of a platform.</summary>
/// <param name="DeadLetters">Not on its way: what waits for a person, shown because it explains what lacks.</param>
public sealed record Backlog(long Outbox, long Queued, long Rescores, long Deliveries, long DeadLetters, long Quarantined)
{
    public bool IsEmpty => Outbox + Queued + Rescores + Deliveries == 0;

    /// <param name="inHand">Counts messages that are with a consumer too, which takes over a second.</param>
    public static async Task<Backlog> ReadAsync(PlatformServers servers, bool inHand = false)
    {
        long outbox = 0, deadLetters = 0, quarantined = 0;
        foreach (var database in PlatformServers.Databases)
        {
            var counts = (await servers.QueryAsync(database, """
                SELECT (SELECT count(*) FROM messaging.outbox), (SELECT count(*) FROM messaging.dead_letters), (SELECT count(*) FROM messaging.quarantine)
                """, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)))).Single();
            (outbox, deadLetters, quarantined) = (outbox + counts.Item1, deadLetters + counts.Item2, quarantined + counts.Item3);
        }

        string[] queues = [.. EventTopology.Routes.SelectMany(route => route.Consumers.Select(route.QueueOf))];
        var queued = outbox > 0 ? 0 : inHand ? await servers.UnsettledAsync(queues) : await servers.WaitingAsync(queues);
        return new Backlog(
            outbox, queued, await servers.CountAsync("riskdb", "SELECT count(*) FROM rescore_work"),
            await servers.CountAsync("notificationsdb", "SELECT count(*) FROM deliveries WHERE state = 'Pending'"), deadLetters, quarantined);
    }
}
