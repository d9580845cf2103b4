using Chokepoint.Contracts;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Testing.Ledger;

/// <summary>What is on its way between the services of a platform.</summary>
/// <param name="DeadLetters">Not on its way: what waits for a person, shown because it explains what lacks.</param>
public sealed record Backlog(long Outbox, long Queued, long Rescores, long Deliveries, long DeadLetters, long Quarantined)
{
    public bool IsEmpty => Outbox + Queued + Rescores + Deliveries == 0;

    public static async Task<Backlog> ReadAsync(PlatformServers servers)
    {
        long outbox = 0, deadLetters = 0, quarantined = 0;
        foreach (var database in PlatformServers.Databases)
        {
            var counts = (await servers.QueryAsync(database, """
                SELECT (SELECT count(*) FROM messaging.outbox), (SELECT count(*) FROM messaging.dead_letters), (SELECT count(*) FROM messaging.quarantine)
                """, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)))).Single();
            (outbox, deadLetters, quarantined) = (outbox + counts.Item1, deadLetters + counts.Item2, quarantined + counts.Item3);
        }

        var queued = outbox > 0 ? 0 : await servers.WaitingAsync([.. EventTopology.Routes.SelectMany(route => route.Consumers.Select(route.QueueOf))]);
        return new Backlog(
            outbox, queued, await servers.CountAsync("riskdb", "SELECT count(*) FROM rescore_work"),
            await servers.CountAsync("notificationsdb", "SELECT count(*) FROM deliveries WHERE state = 'Pending'"), deadLetters, quarantined);
    }
}
