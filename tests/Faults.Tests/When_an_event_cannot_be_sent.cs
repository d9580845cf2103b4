using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;

namespace Chokepoint.Faults.Tests;

/// <summary>One outbox row that no broker takes, before all the others.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class When_an_event_cannot_be_sent(RunningPlatform running)
{
    private const string Page = "event-is-quarantined";

    [Fact]
    public async Task It_is_quarantined_and_seen_while_the_rest_flow()
    {
        await using var ledger = await running.OpenLedgerAsync();

        await running.Servers.ExecuteAsync("controlsdb", """
            INSERT INTO messaging.outbox (id, event_id, event_type, payload)
            VALUES ('00000000-0000-7000-8000-000000000001', gen_random_uuid(), 'NoSuchEvent', '{}')
            """);
        await Burst.SendAsync(running.Platform, ledger, count: 60);

        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(90));
        await Runbook.IsSeenAsync(running.Platform, Page);
        (await running.Platform.Client.GetStringAsync("/api/ops/controls/quarantine")).ShouldContain("No route publishes an event of type NoSuchEvent");

        // Sent again it comes back, since its cause is not mended; then it is forgotten.
        var first = (await QuarantinedAsync()).ShouldHaveSingleItem();
        await Runbook.FollowAsync(running.Platform, Page, Runbook.Mend, "SERVICE=controls");
        await Eventually.BecomesAsync(QuarantinedAsync, now => now is [var again] && again.At > first.At, TimeSpan.FromSeconds(60));
        await Runbook.FollowAsync(running.Platform, Page, "Forget one", "SERVICE=controls", $"ID={first.Id}");
        await Runbook.FollowAsync(running.Platform, Page, Runbook.Check);
    }

    private Task<List<(Guid Id, DateTimeOffset At)>> QuarantinedAsync() => running.Servers.QueryAsync(
        "controlsdb", "SELECT id, quarantined_at FROM messaging.quarantine", row => (row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1)));
}
