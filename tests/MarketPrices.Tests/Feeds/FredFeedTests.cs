using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Upstreams;
using Npgsql;

namespace Chokepoint.MarketPrices.Tests.Feeds;

public sealed class FredFeedTests(ServersFixture servers)
{
    private const string Copper = "observation_date,PCOPPUSDM\n2020-01-01,6031.2\n2020-02-01,5687.7\n";
    private const string Nickel = "DATE,PNICKUSDM\n2020-01-01,13506.8\n2020-02-01,.\n";

    [Fact]
    public async Task Each_series_is_asked_for_by_its_id_and_a_revision_keeps_what_was_there_before()
    {
        var copper = Copper;
        await using var fed = await StartAsync(request => Csv(request.Query == "?id=PCOPPUSDM" ? copper : Nickel));
        await fed.HasPricesAsync(3);
        fed.Source.Requests.Select(r => r.Path + r.Query).Distinct().ShouldBe(["/graph/fredgraph.csv?id=PCOPPUSDM", "/graph/fredgraph.csv?id=PNICKUSDM"], ignoreOrder: true);

        copper = Copper.Replace("5687.7", "5690.1", StringComparison.Ordinal) + "2020-03-01,5182.6\n";
        await fed.HasPricesAsync(4);

        var series = await fed.Service.QueryAsync<Guid>("SELECT id FROM series WHERE mineral = 'copper'");
        (await fed.Service.GetAsync($"series/{series}/observations?from=2020-02-01&to=2020-02-01&vintages=true")).GetProperty("items").EnumerateArray()
            .Select(o => (o.GetProperty("value").GetDouble(), o.GetProperty("isCurrent").GetBoolean())).ShouldBe([(5687.7, false), (5690.1, true)]);
        (await fed.Service.QueryAsync<string>("SELECT DISTINCT source FROM series")).ShouldBe("FRED (IMF)");
        await fed.AskedAgainAsync(6);
        (await fed.ImportsAsync()).ShouldBe(3);
    }

    [Theory]
    [InlineData("observation_date,PCOPPUSDM\n2020-01-01,6031.2\n2020-02-01,568", "malformed")]
    [InlineData("<!DOCTYPE html><html><body>Maintenance</body></html>", "unexpected-content")]
    [InlineData("observation_date,PGOLDUSDM\n2020-01-01,1600\n", "layout-changed")]
    [InlineData("day,PCOPPUSDM\n2020-01-01,6031.2\n", "layout-changed")]
    public async Task A_series_that_is_no_longer_what_it_was_raises_an_alert_until_it_is_and_holds_up_no_other(string answer, string failure)
    {
        var copper = answer;
        await using var fed = await StartAsync(request => Csv(request.Query == "?id=PCOPPUSDM" ? copper : Nickel) with { ETag = $"\"{request.Query}{copper.Length}\"" });

        await fed.FailsAsync(failure, "changed");
        await fed.HasPricesAsync(1);
        await fed.AskedAgainAsync(6);

        // Never by a tag: a source that says "not changed" of what was not taken would make the alert end.
        fed.Source.Requests.Where(r => r.Query == "?id=PCOPPUSDM").ShouldAllBe(r => !r.Headers.ContainsKey("if-none-match"));
        (await fed.PricesAsync()).ShouldBe(1);
        copper = Copper;
        await fed.HasPricesAsync(3);
        await fed.HealsAsync();
    }

    [Fact]
    public async Task A_series_whose_import_was_cancelled_is_asked_for_again_whatever_the_source_says_of_change()
    {
        await using var fed = await StartAsync(_ => Csv(Nickel) with { ETag = "\"nickel\"" }, ("Feeds:Fred:Series", "PNICKUSDM"));
        await fed.HasPricesAsync(1);
        await fed.AskedAgainAsync(2);
        await using (var holding = await fed.Service.Database.OpenConnectionAsync())
        {
            await using var hold = new NpgsqlCommand("BEGIN; LOCK TABLE series", holding);
            await hold.ExecuteNonQueryAsync();
            fed.Source.Otherwise = _ => Csv(Nickel + "2020-03-01,11872.1\n") with { ETag = "\"more\"" };
            await Eventually.IsTrueAsync(async () => await fed.Service.QueryAsync<long>("SELECT count(*) FROM import_jobs WHERE state = 1") == 1, FedPrices.Patience);
            var job = await fed.Service.QueryAsync<Guid>("SELECT id FROM import_jobs WHERE state = 1");
            using var cancelled = await fed.Service.Client.DeleteAsync($"/api/prices/imports/{job}");
            cancelled.EnsureSuccessStatusCode();
        }

        await fed.HasPricesAsync(2);
        (await fed.Service.QueryAsync<long>("SELECT count(*) FROM import_jobs WHERE state = 4")).ShouldBe(1);
        await fed.HealsAsync();
    }

    [Fact]
    public async Task A_source_that_asks_to_be_left_alone_is_left_alone_so_long()
    {
        await using var fed = await StartAsync(_ => Csv(Nickel), ("Feeds:Fred:Series", "PNICKUSDM"), ("Feeds:Fred:Interval", "01:00:00"));
        await fed.HasPricesAsync(1);
        await fed.FeedAsync(f => f.GetProperty("lastSuccessAt").ValueKind is JsonValueKind.String); // its first turn is over
        fed.Source.AnswerNext(new PlayedAnswer(Status: 429) { RetryAfter = "3" });
        var before = fed.Source.Requests.Count;

        using var poll = await fed.Service.Client.PostAsync("/api/prices/feeds/fred/poll", null);
        poll.EnsureSuccessStatusCode();
        await Eventually.IsTrueAsync(() => fed.Source.Requests.Count >= before + 2, FedPrices.Patience);

        var (refused, again) = (fed.Source.Requests[before], fed.Source.Requests[before + 1]);
        (again.At - refused.At).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(3));
        (await fed.FeedAsync(f => f.GetProperty("lastError").ValueKind is JsonValueKind.Object)).GetProperty("lastError").GetProperty("failure").GetString().ShouldBe("rate-limited");
    }

    private Task<FedPrices> StartAsync(Func<PlayedRequest, PlayedAnswer> answers, params (string, string)[] settings) =>
        FedPrices.StartAsync(servers, "fred", "Feeds:Fred", "/graph/fredgraph.csv", answers, [("Feeds:Fred:Series", "PCOPPUSDM, PNICKUSDM"), .. settings]);

    private static PlayedAnswer Csv(string body) => new(body, MediaType: "application/csv");
}
