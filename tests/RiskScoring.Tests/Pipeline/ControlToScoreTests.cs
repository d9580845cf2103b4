using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;

namespace Chokepoint.RiskScoring.Tests.Pipeline;

/// <summary>From an event of the registry on the broker to a revision and an announcement, on real servers.</summary>
public sealed class ControlToScoreTests(ServersFixture servers)
{
    [Fact]
    public async Task A_licence_raises_the_scores_it_reaches_and_says_why()
    {
        await using var risk = await RiskService.StartAsync(servers);
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), risk.Broker);
        await using var notifications = await Peer.StartAsync("notifications", await servers.CreateDatabaseAsync(), risk.Broker);
        var before = await risk.ScoreAsync("USA", "gallium");
        before.Score!.Value.ShouldBe(45, 2);
        before.Version.ShouldBe(1);

        var licence = Events.Licence("CHN", "2023-23", ["gallium", "germanium"]);
        await controls.AnnounceAsync(licence);

        var after = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Version == 2);
        after.Score!.Value.ShouldBe(51, 2);
        after.Contributions.Sum(c => (decimal)c.Points).ShouldBe((decimal)after.Score!.Value);
        after.Deltas.Single().Factor.ShouldBe("controls");
        after.Deltas.Single().Reason.ShouldBe("CHN 2023-23 clause 1: in force (notice)");
        after.Deltas.Sum(d => (decimal)d.Points).ShouldBe((decimal)after.Score!.Value - (decimal)before.Score!.Value);
        after.Causes.Single().ShouldBe(new Cause(licence.EventId, "control", "CHN 2023-23 clause 1"));
        after.Contributions.Single(c => c.Factor == "controls").Evidence.Single().Source.ShouldBe("https://example.org/2023-23");
        after.Coverage.ShouldBe(0.7);

        var heard = await Eventually.BecomesAsync(
            () => Task.FromResult(notifications.Heard.FirstOrDefault(e => e is { Economy: "USA", Mineral: "gallium" })), e => e is not null);
        heard!.Version.ShouldBe(2);
        heard.Previous!.Score.ShouldBe(before.Score!.Value);
        heard.Current.Score.ShouldBe(after.Score!.Value);
        heard.Deltas.ShouldBe(after.Deltas);
        heard.Causes.ShouldBe(after.Causes);
        (await risk.ScoreAsync("CHN", "gallium")).Version.ShouldBe(1, "the issuer is not hit by its own measure");
        notifications.Heard.ShouldAllBe(e => e.Mineral == "gallium" || e.Mineral == "germanium");
        notifications.Heard.Select(e => (e.Economy, e.Mineral)).ShouldBeUnique();
    }

    [Fact]
    public async Task The_same_event_a_hundred_times_is_one_revision()
    {
        await using var risk = await RiskService.StartAsync(servers);
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), risk.Broker);
        var licence = Events.Licence("CHN", "2023-23", ["gallium"]);
        for (var i = 0; i < 100; i++) await controls.AnnounceAsync(licence);
        var end = Events.Licence("CHN", "end", ["tungsten"]);
        await controls.AnnounceAsync(end);
        await Eventually.IsTrueAsync(async () => (await risk.ScoreAsync("USA", "tungsten")).Version == 2);
        await Eventually.IsTrueAsync(async () => await risk.CountAsync("SELECT count(*) FROM rescore_work") == 0);
        (await risk.ScoreAsync("USA", "gallium")).Version.ShouldBe(2);
    }

    [Fact]
    public async Task Versions_that_arrive_three_one_two_leave_the_third()
    {
        await using var risk = await RiskService.StartAsync(servers);
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), risk.Broker);
        var first = Events.Licence("CHN", "2023-23", ["gallium"]);
        var second = first.Next(e => e with { Measure = Measure.Tax });
        var third = second.Next(e => e with { Measure = Measure.Prohibition });
        foreach (var version in (ControlStateChanged[])[third, first, second])
        {
            await controls.AnnounceAsync(version);
            await Eventually.IsTrueAsync(async () => await risk.CountAsync($"SELECT count(*) FROM clause_versions WHERE version = {version.Version}") == 1);
        }

        await Eventually.IsTrueAsync(async () => await risk.CountAsync("SELECT count(*) FROM rescore_work") == 0);
        var score = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Version >= 2);
        score.Score!.Value.ShouldBe(69, 2);
        score.Version.ShouldBe(2);
        // What a process that starts now would read, too: memory alone keeps the newest whatever the table says.
        (await risk.CountAsync("SELECT version FROM clauses")).ShouldBe(third.Version);
    }

    [Fact]
    public async Task A_thousand_events_cost_a_few_rescores_and_end_where_a_fresh_computation_does()
    {
        await using var risk = await RiskService.StartAsync(servers);
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), risk.Broker);
        var version = Events.Licence("CHN", "2023-23", ["gallium"]);
        var events = new List<ControlStateChanged> { version };
        for (var i = 1; i < 1000; i++) events.Add(version = version.Next(e => e with { Measure = i % 2 == 0 ? Measure.Licensing : Measure.Prohibition }));
        var since = System.Diagnostics.Stopwatch.StartNew();
        await controls.AnnounceAsync(events);

        await Eventually.IsTrueAsync(
            async () => await risk.CountAsync("SELECT coalesce(max(version), 0) FROM clauses") == 1000 && await risk.CountAsync("SELECT count(*) FROM rescore_work") == 0,
            TimeSpan.FromSeconds(60));
        var last = await risk.ScoreAsync("USA", "gallium");
        // The wait after a score is half a second at most where few ask meanwhile.
        ((double)last.Version).ShouldBeLessThan(20 + 2 * since.Elapsed.TotalSeconds);
        var fresh = await risk.ScoreAsync("USA", "gallium", $"?on={DateTime.UtcNow:yyyy-MM-dd}");
        last.Score.ShouldBe(fresh.Score);
        last.Score!.Value.ShouldBe(69, 2);
    }

    [Fact]
    public async Task History_that_ships_is_scored_and_not_announced()
    {
        await using var risk = await RiskService.StartAsync(servers);
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), risk.Broker);
        await using var notifications = await Peer.StartAsync("notifications", await servers.CreateDatabaseAsync(), risk.Broker);
        await controls.AnnounceAsync(Events.Licence("CHN", "2023-23", ["gallium"]) with { Silent = true });
        await Eventually.IsTrueAsync(async () => (await risk.ScoreAsync("USA", "gallium")).Version == 2);
        await controls.AnnounceAsync(Events.Licence("CHN", "2025-10", ["tungsten"]));
        await Eventually.IsTrueAsync(() => notifications.Heard.Any(e => e is { Economy: "USA", Mineral: "tungsten" }));
        notifications.Heard.ShouldNotContain(e => e.Mineral == "gallium");
    }

    [Fact]
    public async Task A_suspension_that_ends_is_scored_on_its_day_with_no_event()
    {
        await using var risk = await RiskService.StartAsync(servers, new DateTimeOffset(2026, 8, 20, 4, 0, 0, TimeSpan.Zero));
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), risk.Broker);
        await using var notifications = await Peer.StartAsync("notifications", await servers.CreateDatabaseAsync(), risk.Broker);
        await controls.AnnounceAsync(
            Events.Licence("CHN", "2023-23", ["gallium", "germanium"], risk.Clock.GetUtcNow()), Events.SuspendedBan(risk.Clock.GetUtcNow()));
        var suspended = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Score > 54);
        suspended.Score!.Value.ShouldBe(56, 2);

        // Ninety days before 28 November, just after midnight in China.
        risk.Clock.MoveTo(new DateTimeOffset(2026, 8, 29, 16, 1, 0, TimeSpan.Zero));
        var near = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Score > 58);
        near.Score!.Value.ShouldBe(60, 2);
        near.Deltas.Single().Reason.ShouldContain("in force from 2026-11-28, now near (notice)");

        risk.Clock.MoveTo(new DateTimeOffset(2026, 11, 27, 15, 59, 0, TimeSpan.Zero));
        (await risk.ScoreAsync("USA", "gallium")).Version.ShouldBe(near.Version);
        risk.Clock.MoveTo(new DateTimeOffset(2026, 11, 27, 16, 1, 0, TimeSpan.Zero));
        var banned = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Score > 65);
        banned.Score!.Value.ShouldBe(69, 2);
        banned.Deltas.Single().Reason.ShouldBe("CHN 2024-46 clause 2: suspended → in force (schedule)");
        banned.Causes.Single().Type.ShouldBe("day");
        await Eventually.IsTrueAsync(() => notifications.Heard.Any(e => e.Mineral == "gallium" && e.Version == banned.Version && e.Economy == "USA"));
    }

    [Fact]
    public async Task A_restart_finds_its_scores_and_makes_none_again()
    {
        var database = await servers.CreateDatabaseAsync();
        var broker = await servers.CreateBrokerAsync();
        var clock = new Clock(DateTimeOffset.UtcNow);
        var licence = Events.Licence("CHN", "2023-23", ["gallium"]);
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        long revisions;
        await using (var first = await RiskService.StartAsync(database, broker, clock))
        {
            await controls.AnnounceAsync(licence);
            await Eventually.IsTrueAsync(async () => (await first.ScoreAsync("USA", "gallium")).Version == 2);
            await Eventually.IsTrueAsync(async () => await first.CountAsync("SELECT count(*) FROM rescore_work") == 0);
            revisions = await first.CountAsync("SELECT count(*) FROM revisions");
        }

        // While it is away the registry goes on.
        await controls.AnnounceAsync(licence.Next(e => e with { Measure = Measure.Prohibition }));
        await using var again = await RiskService.StartAsync(database, broker, clock);
        (await Eventually.BecomesAsync(() => again.ScoreAsync("USA", "gallium"), s => s.Version == 3)).Score!.Value.ShouldBe(69, 2);
        await Eventually.IsTrueAsync(async () => await again.CountAsync("SELECT count(*) FROM rescore_work") == 0);
        (await again.CountAsync("SELECT count(*) FROM revisions WHERE version = 1")).ShouldBe(await again.CountAsync("SELECT count(*) FROM current_scores"));
        (await again.CountAsync("SELECT count(*) FROM revisions")).ShouldBeLessThanOrEqualTo(2 * revisions);
    }

    [Fact]
    public async Task Two_replicas_share_the_work_and_no_version_is_made_twice()
    {
        var database = await servers.CreateDatabaseAsync();
        var broker = await servers.CreateBrokerAsync();
        var clock = new Clock(DateTimeOffset.UtcNow);
        await using var one = await RiskService.StartAsync(database, broker, clock);
        await using var two = await RiskService.StartAsync(database, broker, clock);
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        var minerals = new[] { "gallium", "germanium", "antimony", "tungsten", "natural-graphite", "dysprosium" };
        var list = await one.Http.GetAsync("/api/risk/scores?economy=JPN");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await using var stream = await two.Http.GetStreamAsync("/api/risk/stream", deadline.Token);
        var heard = Task.Run(async () =>
        {
            await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(stream).EnumerateAsync(deadline.Token))
            {
                if (item.EventType == "score-changed" && item.Data.Contains("\"JPN\"", StringComparison.Ordinal)) return item.Data;
            }

            return "";
        }, deadline.Token);
        await controls.AnnounceAsync(Enumerable.Range(0, 60).Select(i => Events.Licence("CHN", $"2026-{i}", [minerals[i % 6]]) with { Measure = (Measure)(i % 7) }));
        await Eventually.IsTrueAsync(
            async () => await one.CountAsync("SELECT count(*) FROM clauses") == 60 && await one.CountAsync("SELECT count(*) FROM rescore_work") == 0,
            TimeSpan.FromSeconds(30));
        foreach (var mineral in minerals)
        {
            var stored = await one.ScoreAsync("JPN", mineral);
            stored.Score.ShouldBe((await two.ScoreAsync("JPN", mineral, $"?on={DateTime.UtcNow:yyyy-MM-dd}")).Score, mineral);
        }

        (await heard).ShouldContain("deltas", customMessage: "a stream hears what either replica scored");
        using var changed = new HttpRequestMessage(HttpMethod.Get, "/api/risk/scores?economy=JPN");
        changed.Headers.IfNoneMatch.Add(list.Headers.ETag!);
        (await one.Http.SendAsync(changed)).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, "whichever replica scored, no other answers what was");
        (await one.CountAsync("SELECT count(*) FROM current_scores c WHERE version <> (SELECT count(*) FROM revisions r WHERE (r.economy, r.mineral) = (c.economy, c.mineral))"))
            .ShouldBe(0);
    }
}
