using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>Three of each service on the same servers: what they share they do once, and one of them may go at any time.</summary>
[Collection(nameof(ThreeReplicas))]
[Trait("Duration", "long")]
public sealed class When_there_are_three_replicas(ThreeReplicas running)
{
    private const string RiskQueue = "risk-scoring.control-state-changed";
    private const string NotificationsQueue = "notifications.control-state-changed";

    [Fact]
    public async Task Starting_together_they_migrate_each_database_and_make_the_first_scores_once()
    {
        await running.Platform.IsHealthyAsync();
        running.EndedWhileStarting.ShouldBeEmpty();
        running.ScoredAgain.ShouldBe(0);
        foreach (var service in ThreeReplicas.Services)
        {
            var migrations = await running.Servers.CountAsync($"{service}db", "SELECT count(*) FROM \"__EFMigrationsHistory\"");
            migrations.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task One_of_each_killed_amid_a_burst_leaves_the_ledger_equal()
    {
        await using var ledger = await running.OpenLedgerAsync();
        var platform = running.Platform;

        var burst = await Burst.SendAsync(platform, ledger, count: 300, fault: () =>
        {
            for (var i = 0; i < ThreeReplicas.Services.Length; i++) platform.Kill(FormattableString.Invariant($"{ThreeReplicas.Services[i]}-{i % 3}"));
            return Task.CompletedTask;
        });

        // A write that broke off in the hands of the one that was killed is the only thing its sender may notice.
        burst.Answers.Where(answer => !answer.IsAccepted).ShouldAllBe(answer => answer.Status == HttpStatusCode.BadGateway, string.Join('\n', burst.Refusals));
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task Restarted_in_turn_under_load_nobody_is_refused_and_the_ledger_is_equal()
    {
        const string page = "rolling-restart";
        await using var ledger = await running.OpenLedgerAsync();
        var platform = running.Platform;

        await Runbook.IsSeenAsync(platform, page);
        var restart = Runbook.FollowAsync(platform, page, "Do it");
        var readers = ((string[])["/api/controls/active?destination=USA", "/api/prices/series", "/api/trade/collapses?exporter=CHN", "/api/risk/scores?economy=USA&limit=5", "/api/notifications/subscriptions"])
            .Select(path => ReadAsync(platform, path, until: restart)).ToArray();
        var burst = await Burst.KeepSendingAsync(platform, ledger, until: restart);
        await restart;

        burst.Refusals.ShouldBeEmpty(string.Join('\n', platform.Output.Where(line => line.Contains(" at http://127.0.0.1:", StringComparison.Ordinal)).TakeLast(40)));
        (await Task.WhenAll(readers)).SelectMany(refused => refused).Distinct().ShouldBeEmpty();
        await Runbook.FollowAsync(platform, page, Runbook.Check);
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task The_same_message_a_hundred_times_and_again_after_the_inbox_has_forgotten_it_has_one_effect()
    {
        await using var ledger = await running.OpenLedgerAsync();
        await Burst.SendAsync(running.Platform, ledger, count: 1);
        var before = (await ledger.BalancesAsync(within: TimeSpan.FromSeconds(60))).ToString();
        var (id, json) = await running.Servers.NewestEventAsync();

        await RepeatAsync(id, json);
        (await ledger.BalancesAsync(within: TimeSpan.FromSeconds(60))).ToString().ShouldBe(before);

        // What the pruner does when its window has passed.
        await running.Servers.ExecuteAsync("riskdb", "DELETE FROM messaging.inbox");
        await running.Servers.ExecuteAsync("notificationsdb", "DELETE FROM messaging.inbox");
        await RepeatAsync(id, json);
        (await ledger.BalancesAsync(within: TimeSpan.FromSeconds(60))).ToString().ShouldBe(before);
    }

    [Fact]
    public async Task Versions_of_a_clause_that_arrive_out_of_order_leave_the_newest()
    {
        await using var ledger = await running.OpenLedgerAsync();
        await Burst.SendAsync(running.Platform, ledger, count: 1);
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(60));
        var (_, json) = await running.Servers.NewestEventAsync();
        var notice = Guid.NewGuid();

        foreach (var version in (long[])[4, 2, 3])
        {
            var @event = JsonNode.Parse(json)!.AsObject();
            (@event["eventId"], @event["noticeId"], @event["version"]) = (Guid.CreateVersion7(), notice, version);
            (@event["documentNumber"], @event["measure"]) = ("out-of-order", version == 4 ? "licensing" : "prohibition");
            await running.Servers.PublishAsync(RiskQueue, "ControlStateChanged", @event["eventId"]!.GetValue<Guid>(), Encoding.UTF8.GetBytes(@event.ToJsonString()));
            await Eventually.IsTrueAsync(
                async () => await running.Servers.CountAsync("riskdb", $"SELECT count(*) FROM clause_versions WHERE notice_id = '{notice}' AND version = {version}") == 1,
                TimeSpan.FromSeconds(60));
        }

        (await running.Servers.QueryAsync(
            "riskdb", "SELECT version, event->>'measure' FROM clauses WHERE notice_id = $1", row => (row.GetInt64(0), row.GetString(1)), notice))
            .ShouldBe([(4L, "licensing")]);
    }

    private async Task RepeatAsync(Guid id, string json)
    {
        foreach (var queue in (string[])[RiskQueue, NotificationsQueue])
        {
            await running.Servers.PublishAsync(queue, "ControlStateChanged", id, Encoding.UTF8.GetBytes(json), times: 100);
        }
    }

    private static async Task<List<string>> ReadAsync(PlatformProcess platform, string path, Task until)
    {
        var refused = new List<string>();
        while (!until.IsCompleted)
        {
            try
            {
                using var answer = await platform.Client.GetAsync(path);
                if (!answer.IsSuccessStatusCode) refused.Add($"{path}: {answer.StatusCode}");
            }
            catch (HttpRequestException broken)
            {
                refused.Add($"{path}: {broken.Message}");
            }

            await Takes.WorkAsync(milliseconds: 100, CancellationToken.None);
        }

        return refused;
    }
}
