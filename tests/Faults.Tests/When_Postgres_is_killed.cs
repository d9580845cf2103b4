using System.Net;
using Chokepoint.Testing.Ledger;

namespace Chokepoint.Faults.Tests;

/// <summary>Postgres SIGKILLed amid a burst and started again by the engine.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class When_Postgres_is_killed(RunningPlatform running)
{
    private const string Page = "postgres-is-down";

    [Fact]
    public async Task Amid_a_burst_what_cannot_be_stored_is_refused_with_a_time_to_retry_and_what_was_accepted_is_delivered_once()
    {
        await using var ledger = await running.OpenLedgerAsync();
        var platform = running.Platform;
        var services = (string[])["controls", "risk", "notifications", "prices", "trade", "gateway"];
        var before = services.Select(platform.Find).ToArray();

        var burst = await Burst.SendAsync(platform, ledger, count: 200, fault: async () =>
        {
            using var _ = platform.KeptDown("postgres", "Postgres");
            await Runbook.IsSeenAsync(platform, Page);
            await Runbook.FollowAsync(platform, Page, Runbook.Mend);
        });

        burst.Answers.Count(answer => !answer.IsAccepted).ShouldBeGreaterThan(0, "the database was away");
        foreach (var refused in burst.Answers.Where(answer => !answer.IsAccepted))
        {
            refused.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, refused.Problem);
            refused.SaysWhenToRetry.ShouldBeTrue();
        }

        await Runbook.FollowAsync(platform, Page, Runbook.Check);
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(120));
        services.Select(platform.Find).ShouldBe(before, "no service died of it");
    }
}
