using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;

namespace Chokepoint.RiskScoring.Tests.Pipeline;

/// <summary>From an event of prices or of trade on the broker to a revision and an announcement, on real servers.</summary>
public sealed class SignalToScoreTests(ServersFixture servers)
{
    private static readonly DateTimeOffset Now = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_price_shock_raises_the_mineral_everywhere_and_its_end_takes_it_back()
    {
        await using var risk = await RiskService.StartAsync(servers, Now);
        await using var prices = await Peer.StartAsync("market-prices", await servers.CreateDatabaseAsync(), risk.Broker);
        await using var notifications = await Peer.StartAsync("notifications", await servers.CreateDatabaseAsync(), risk.Broker);
        var before = await risk.ScoreAsync("USA", "gallium");
        before.Absent.Select(a => a.Factor).ShouldBe(["trade", "market"]);

        var shock = SignalEvents.Price("gallium", 5.2, new DateOnly(2026, 6, 1), Now);
        await prices.AnnounceAsync(shock);
        var after = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Version == 2);
        var market = Factor(after, "market");
        market.X.ShouldBe((5.2 - 2) / 6, 0.0001);
        after.Score!.Value.ShouldBe(100 * (1 - (1 - before.Score!.Value / 100) * (1 - 0.25 * market.X)), 0.1);
        after.Contributions.Sum(c => (decimal)c.Points).ShouldBe((decimal)after.Score!.Value);
        after.Deltas.Sum(d => (decimal)d.Points).ShouldBe((decimal)after.Score!.Value - (decimal)before.Score!.Value);
        after.Deltas.Single().Factor.ShouldBe("market");
        after.Deltas.Single().Reason.ShouldContain("z 5.2 on 2026-06-01");
        after.Causes.Single().ShouldBe(new Cause(shock.EventId, "price", after.Deltas.Single().Reason));
        market.Evidence.Single().Source.ShouldBe("operator");
        market.Evidence.Single().Vintage.ShouldBe("2026-06-01");
        after.Coverage.ShouldBe(0.825);
        after.Inputs.ShouldContain(i => i.Name == "price");
        (await Eventually.BecomesAsync(() => risk.ScoreAsync("KOR", "gallium"), s => s.Version == 2)).Deltas.Single().Factor.ShouldBe("market");
        (await risk.ScoreAsync("USA", "tungsten")).Version.ShouldBe(1);
        await Eventually.IsTrueAsync(() => notifications.Heard.Any(e => e is { Economy: "USA", Mineral: "gallium", Version: 2 }));

        await prices.AnnounceAsync(shock.Next(e => e with { RobustZ = 0.4, Level = SignalLevel.Normal }));
        var calm = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Version == 3);
        calm.Score.ShouldBe(before.Score);
        Factor(calm, "market").X.ShouldBe(0);
        calm.Coverage.ShouldBe(0.825, "a calm price is data, and no price is none");
    }

    [Fact]
    public async Task Of_signals_that_come_out_of_order_the_newest_stands_and_a_yearly_price_is_no_shock_of_a_month()
    {
        await using var risk = await RiskService.StartAsync(servers, Now);
        await using var prices = await Peer.StartAsync("market-prices", await servers.CreateDatabaseAsync(), risk.Broker);
        var first = SignalEvents.Price("gallium", 7, new DateOnly(2026, 4, 1), Now);
        var second = first.Next(e => e with { RobustZ = 3, AsOf = new DateOnly(2026, 6, 1) });
        var yearly = SignalEvents.Price("gallium", 8, new DateOnly(2026, 6, 1), Now) with { Frequency = "annual" };
        foreach (var e in (PriceSignalChanged[])[second, first, yearly])
        {
            await prices.AnnounceAsync(e);
            await Eventually.IsTrueAsync(async () => await risk.CountAsync($"SELECT count(*) FROM signal_versions WHERE event->>'eventId' = '{e.EventId}'") == 1);
        }

        await Eventually.IsTrueAsync(async () => await risk.CountAsync("SELECT count(*) FROM rescore_work") == 0);
        var score = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Version >= 2);
        Factor(score, "market").X.ShouldBe(1 / 6.0, 0.0001);
        score.Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_collapse_of_an_uncontrolled_supplier_is_trade_s_and_of_a_controlled_one_its_severity()
    {
        await using var risk = await RiskService.StartAsync(servers, Now);
        await using var trade = await Peer.StartAsync("trade-flows", await servers.CreateDatabaseAsync(), risk.Broker);
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), risk.Broker);
        var before = await risk.ScoreAsync("JPN", "natural-graphite");
        before.Stage.ShouldBe(Stage.Extraction);

        var fall = SignalEvents.Month("JPN", "natural-graphite", Stage.Extraction, "2026-05", Now, ("CHN", 0.9), ("MOZ", 0));
        await trade.AnnounceAsync(fall);
        var collapsed = await Eventually.BecomesAsync(() => risk.ScoreAsync("JPN", "natural-graphite"), s => s.Version == 2);
        var x = Factor(collapsed, "trade").X;
        x.ShouldBeInRange(0.3, 0.9);
        collapsed.Score!.Value.ShouldBeGreaterThan(before.Score!.Value);
        collapsed.Deltas.Single().Reason.ShouldContain("CHN to JPN, 2026-05: 90 % below");
        collapsed.Causes[0].ShouldBe(new Cause(fall.EventId, "trade", "CHN to JPN, 2026-05: 90 % below the 1 t of before, since 2026-05"));
        Factor(collapsed, "trade").Evidence.Select(e => e.Economy).ShouldBe(["CHN", "MOZ"], ignoreOrder: true);

        await controls.AnnounceAsync(Events.Licence("CHN", "2023-39", ["natural-graphite"], Now));
        var licensed = await Eventually.BecomesAsync(() => risk.ScoreAsync("JPN", "natural-graphite"), s => s.Version == 3);
        Factor(licensed, "controls").X.ShouldBe(x, 0.0002);
        Factor(licensed, "trade").X.ShouldBe(0, "nothing counts twice");
        Factor(licensed, "controls").Evidence.ShouldContain(e => e.Type == "trade-flow" && e.Note!.Contains("the fall is the severity", StringComparison.Ordinal));
        licensed.Deltas.Sum(d => (decimal)d.Points).ShouldBe((decimal)licensed.Score!.Value - (decimal)collapsed.Score!.Value);

        await trade.AnnounceAsync(SignalEvents.Month("JPN", "natural-graphite", Stage.Extraction, "2026-06", Now, ("CHN", 0), ("MOZ", 0)));
        var back = await Eventually.BecomesAsync(() => risk.ScoreAsync("JPN", "natural-graphite"), s => s.Version == 4);
        Factor(back, "controls").X.ShouldBe(x / 0.9 * 0.25, 0.001, "the prior again");
        // A month that comes late says nothing of today.
        var late = fall.Next(e => e);
        await trade.AnnounceAsync(late);
        await Eventually.IsTrueAsync(async () => await risk.CountAsync($"SELECT count(*) FROM signal_versions WHERE event->>'eventId' = '{late.EventId}'") == 1);
        await Eventually.IsTrueAsync(async () => await risk.CountAsync("SELECT count(*) FROM rescore_work") == 0);
        (await risk.ScoreAsync("JPN", "natural-graphite")).Version.ShouldBe(4);
    }

    [Fact]
    public async Task Purchases_stand_for_a_sourcing_that_no_publication_states_and_a_basket_never_does()
    {
        await using var risk = await RiskService.StartAsync(servers, Now);
        await using var trade = await Peer.StartAsync("trade-flows", await servers.CreateDatabaseAsync(), risk.Broker);
        var before = await risk.ScoreAsync("KOR", "natural-graphite");
        before.Basis.ShouldBe("global");
        await trade.AnnounceAsync(
            SignalEvents.Year("KOR", "gallium", Stage.Processing, "2024", ("CHN", 1)) with { IsBasket = true },
            SignalEvents.Year("KOR", "natural-graphite", Stage.Extraction, "2024", ("CHN", 0.5), ("MOZ", 0.3), ("BRA", 0.1)));
        var after = await Eventually.BecomesAsync(() => risk.ScoreAsync("KOR", "natural-graphite"), s => s.Version == 2);
        after.Basis.ShouldBe("sourced");
        Factor(after, "structure").Evidence.ShouldContain(e => e.Type == "import-share" && e.Economy == "MOZ" && e.Source == "customs" && e.Vintage == "2024");
        after.Deltas.Single().Reason.ShouldBe("KOR imports in 2024, customs");
        after.Causes.Single().Type.ShouldBe("trade");
        var gallium = await risk.ScoreAsync("KOR", "gallium");
        gallium.Basis.ShouldBe("global");
        gallium.Version.ShouldBe(1);
        // The United States' own is published, and stays.
        var published = (await risk.ScoreAsync("USA", "gallium")).Score;
        await trade.AnnounceAsync(SignalEvents.Year("USA", "gallium", Stage.Processing, "2024", ("JPN", 1)));
        await Eventually.IsTrueAsync(async () => await risk.CountAsync("SELECT count(*) FROM signals WHERE key LIKE 'USA/%'") == 1);
        await Eventually.IsTrueAsync(async () => await risk.CountAsync("SELECT count(*) FROM rescore_work") == 0);
        (await risk.ScoreAsync("USA", "gallium")).Score.ShouldBe(published);
    }

    [Fact]
    public async Task A_score_answers_for_another_day_and_as_known_then_with_prices_and_flows_too()
    {
        await using var risk = await RiskService.StartAsync(servers, Now);
        await using var prices = await Peer.StartAsync("market-prices", await servers.CreateDatabaseAsync(), risk.Broker);
        var none = (await risk.ScoreAsync("USA", "gallium")).Score!.Value;
        var april = SignalEvents.Price("gallium", 5, new DateOnly(2026, 4, 1), Now.AddDays(-50));
        var june = april.Next(e => e with { RobustZ = 8, AsOf = new DateOnly(2026, 6, 1), OccurredAt = Now.AddDays(-2) });
        await prices.AnnounceAsync(april, june);
        await Eventually.IsTrueAsync(async () => await risk.CountAsync("SELECT count(*) FROM signal_versions") == 2);
        var both = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => Factor(s, "market")?.X == 1);

        (await risk.ScoreAsync("USA", "gallium", "?on=2026-06-10")).Score.ShouldBe(both.Score);
        Factor(await risk.ScoreAsync("USA", "gallium", "?on=2026-05-15"), "market").X.ShouldBe(0.5, "June's price is not of May");
        (await risk.ScoreAsync("USA", "gallium", "?on=2026-03-15")).Score!.Value.ShouldBe(none);
        Factor(await risk.ScoreAsync("USA", "gallium", "?on=2026-06-10&knownOn=2026-06-01"), "market").X.ShouldBe(0.5, "June's price was not known yet");
        (await risk.ScoreAsync("USA", "gallium", "?on=2026-06-10&knownOn=2026-04-10")).Absent.ShouldContain(a => a.Factor == "market");
    }

    [Fact]
    public async Task A_price_that_nobody_renews_makes_its_scores_stale_on_the_day()
    {
        await using var risk = await RiskService.StartAsync(servers, Now);
        await using var prices = await Peer.StartAsync("market-prices", await servers.CreateDatabaseAsync(), risk.Broker);
        await prices.AnnounceAsync(SignalEvents.Price("gallium", 5, new DateOnly(2026, 4, 1), Now));
        var fresh = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Version == 2);
        fresh.State.ShouldBe("ok");
        risk.Clock.MoveTo(new DateTimeOffset(2026, 7, 2, 0, 1, 0, TimeSpan.Zero));
        var stale = await Eventually.BecomesAsync(() => risk.ScoreAsync("USA", "gallium"), s => s.Version == 3);
        stale.State.ShouldBe("stale");
        stale.Score.ShouldBe(fresh.Score);
        stale.Causes.Single().Type.ShouldBe("day");
    }

    [Fact]
    public async Task A_node_whose_clock_is_behind_scores_for_the_day_that_another_has_seen_begin()
    {
        await using var slow = await RiskService.StartAsync(servers, Now);
        await using var right = await RiskService.StartAsync(slow.ConnectionString, slow.Broker, new Clock(Now), idle: true);
        await using var prices = await Peer.StartAsync("market-prices", await servers.CreateDatabaseAsync(), slow.Broker);
        await prices.AnnounceAsync(SignalEvents.Price("gallium", 5, new DateOnly(2026, 4, 1), Now));
        await Eventually.BecomesAsync(() => slow.ScoreAsync("USA", "gallium"), s => s.Version == 2);

        slow.Clock.MoveTo(new DateTimeOffset(2026, 7, 1, 23, 51, 0, TimeSpan.Zero));
        right.Clock.MoveTo(new DateTimeOffset(2026, 7, 2, 0, 1, 0, TimeSpan.Zero));

        (await Eventually.BecomesAsync(() => slow.ScoreAsync("USA", "gallium"), s => s.Version == 3)).State.ShouldBe("stale");
    }

    [Fact]
    [Trait("Duration", "long")]
    public async Task Ten_thousand_prices_and_ten_thousand_controls_of_one_mineral_cost_a_handful_of_rescores()
    {
        const int many = 10_000;
        await using var risk = await RiskService.StartAsync(servers, Now);
        await using var prices = await Peer.StartAsync("market-prices", await servers.CreateDatabaseAsync(), risk.Broker);
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), risk.Broker);
        var price = SignalEvents.Price("gallium", 3, new DateOnly(2026, 6, 1), Now);
        var clause = Events.Licence("CHN", "2023-23", ["gallium"], Now);
        List<PriceSignalChanged> ticks = [price];
        List<ControlStateChanged> changes = [clause];
        for (var i = 1; i < many; i++)
        {
            ticks.Add(price = price.Next(e => e with { RobustZ = 2 + i % 60 / 10.0 }));
            changes.Add(clause = clause.Next(e => e with { Measure = (Measure)(i % 7) }));
        }

        var since = System.Diagnostics.Stopwatch.StartNew();
        await Task.WhenAll(
            Task.Run(async () => { foreach (var some in ticks.Chunk(500)) await prices.AnnounceAsync(some); }),
            Task.Run(async () => { foreach (var some in changes.Chunk(500)) await controls.AnnounceAsync(some); }));
        await Eventually.IsTrueAsync(
            async () => await risk.CountAsync("SELECT count(*) FROM signal_versions") == many && await risk.CountAsync("SELECT count(*) FROM clause_versions") == many
                && await risk.CountAsync("SELECT count(*) FROM rescore_work") == 0,
            TimeSpan.FromMinutes(10));
        // The wait after a score grows to ten seconds in nine steps; a machine that stalls for a second ends the flood early now and then.
        var handful = 20 + since.Elapsed.TotalSeconds / 10;
        foreach (var economy in (string[])["USA", "JPN", "DEU"])
        {
            var fresh = await risk.ScoreAsync(economy, "gallium", "?on=2026-06-10");
            var last = await Eventually.BecomesAsync(() => risk.ScoreAsync(economy, "gallium"), s => s.Score == fresh.Score);
            last.Contributions.Select(c => (c.Factor, c.X)).ShouldBe(fresh.Contributions.Select(c => (c.Factor, c.X)));
            TestContext.Current.TestOutputHelper?.WriteLine($"{economy}: {last.Version - 1} rescores of {2 * many} events in {since.Elapsed.TotalSeconds:0} s");
            (last.Version - 1.0).ShouldBeLessThanOrEqualTo(handful);
        }
    }

    private static Contribution Factor(ScoreDocument score, string factor) => score.Contributions.SingleOrDefault(c => c.Factor == factor)!;
}
