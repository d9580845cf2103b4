using Chokepoint.Testing;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Imports;
using Chokepoint.TradeFlows.Profiles;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chokepoint.TradeFlows.Tests.Suppliers;

/// <summary>Two merges at once, from two sources of which the same profile is taken: the one of a worker whose lease ran out, and its successor's.</summary>
public sealed class SimultaneousMergesTests(TradeService trade) : TradeTests(trade)
{
    private const string Other = "740311", Graphite = "250410";
    private const short Usa = 842;

    [Fact]
    public async Task A_profile_that_two_merges_change_at_once_is_announced_in_two_versions()
    {
        await Trade.ImportAsync("csv&source=desk&reporter=USA&direction=import&frequency=annual&period=year&partner=partner&hs=hs&value=usd&weight=kg",
            $"year,partner,hs,usd,kg\n2023,China,{Other},10,10\n");
        await Trade.ImportAsync("comtrade-v1", Samples.Csv(Samples.Row(Other, 124, 99, 99)));
        await using var desk = await Trade.Database.OpenConnectionAsync();
        await using var comtrade = await Trade.Database.OpenConnectionAsync();
        await using var first = await desk.BeginTransactionAsync();
        await using var second = await comtrade.BeginTransactionAsync();

        await MergeAsync(first, "desk");
        var after = MergeAsync(second, "UN Comtrade");
        await Eventually.IsTrueAsync(async () => await Trade.QueryAsync<long>(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())") == 1);
        await first.CommitAsync();
        await after;
        await second.CommitAsync();

        (await Trade.QueryAsync<string[]>("SELECT array_agg(event->>'version' ORDER BY event->>'version') FROM said WHERE event->>'mineral' = 'natural-graphite'")).ShouldBe(["1", "2"]);
        (await Trade.QueryAsync<string>("SELECT profile->>'source' FROM supply_profiles WHERE mineral = 'natural-graphite'")).ShouldBe("UN Comtrade");
    }

    /// <summary>Adds the source's flow under the one code under the other too, and announces what that touches.</summary>
    private async Task MergeAsync(NpgsqlTransaction transaction, string name)
    {
        var source = await Trade.QueryAsync<short>($"SELECT id FROM sources WHERE name = '{name}'");
        await FlowMerge.BeginAsync(transaction.Connection!, source, CancellationToken.None);
        await using var add = new NpgsqlCommand(
            $"""
            INSERT INTO flows (source, year, period, hs, reporter, direction, partner, breakdown, classification, net_kg, value_usd, estimated, import_no, first_import_no, line)
            SELECT source, year, period, '{Graphite}', reporter, direction, partner, breakdown, classification, net_kg, value_usd, estimated, import_no, first_import_no,
                {TariffLine.Of(Graphite, Usa, FlowDirection.Import)} FROM flows WHERE source = {source};
            INSERT INTO {FlowMerge.Touched} VALUES ({Usa}, {Usa}, '{Graphite}', 202300, {(short)FlowDirection.Import})
            """, transaction.Connection);
        await add.ExecuteNonQueryAsync();
        await Trade.Services.GetRequiredService<ProfileAnnouncer>().AnnounceAsync(transaction, CancellationToken.None);
    }
}
