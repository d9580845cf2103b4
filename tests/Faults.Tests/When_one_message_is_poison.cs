using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>One event among many that a service cannot apply: here its database refuses it, as a bad constraint would.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class When_one_message_is_poison(RunningPlatform running)
{
    private const string Page = "message-is-dead-lettered";

    private const string Break = """
        CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.event->>'title' = 'poison' THEN RAISE EXCEPTION 'no figure for this mineral'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refuse_poison BEFORE INSERT ON clause_versions FOR EACH ROW EXECUTE FUNCTION refuse_poison();
        """;

    private const string Repair = "DROP TRIGGER IF EXISTS refuse_poison ON clause_versions; DROP FUNCTION IF EXISTS refuse_poison();";

    [Fact]
    public async Task It_is_dead_lettered_with_its_reason_while_the_others_pass_and_has_its_effect_once_replayed_after_a_fix()
    {
        await using var ledger = await running.OpenLedgerAsync();
        await using var poisoned = await PlatformLedger.OpenAsync(running.Platform);
        var poison = Notices.Ban("USA", "gallium");
        poison["title"] = "poison";

        await running.Servers.ExecuteAsync("riskdb", Break);
        try
        {
            await Burst.SendAsync(running.Platform, ledger, count: 300, fault: async () =>
                (await running.Platform.Client.PostNoticeAsync(poison)).EnsureSuccessStatusCode());
            poisoned.Accepted(poison, new Pair("USA", "gallium"));
            await Runbook.IsSeenAsync(running.Platform, Page);
            await ledger.BalancesAsync(within: TimeSpan.FromSeconds(90));
            (await running.Platform.Client.GetStringAsync("/api/ops/risk/dead-letters")).ShouldContain("no figure for this mineral");
            (await poisoned.ReadAsync()).Unscored.ShouldHaveSingleItem();
        }
        finally
        {
            await running.Servers.ExecuteAsync("riskdb", Repair);
        }

        await Runbook.FollowAsync(running.Platform, Page, Runbook.Mend, "SERVICE=risk");
        await Runbook.FollowAsync(running.Platform, Page, Runbook.Check);
        await poisoned.BalancesAsync(within: TimeSpan.FromSeconds(60));
    }
}
