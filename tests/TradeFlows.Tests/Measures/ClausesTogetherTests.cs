using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.Testing;
using Chokepoint.TradeFlows.Data;
using Chokepoint.TradeFlows.Measures;
using Chokepoint.TradeFlows.Profiles;
using Chokepoint.TradeFlows.Tests.Collapses;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chokepoint.TradeFlows.Tests.Measures;

public sealed class ClausesTogetherTests(TradeService trade) : TradeTests(trade)
{
    [Fact]
    public async Task Two_groups_with_the_same_clauses_in_other_orders_wait_for_one_another_and_do_not_deadlock()
    {
        var first = CollapseTests.Licence("2023-39", "natural-graphite", new DateOnly(2023, 7, 1));
        var second = first with { EventId = Guid.CreateVersion7(), Clause = "2" };
        await ApplyAsync(first, second);
        await using var holding = await Trade.Database.OpenConnectionAsync();
        await using var hold = await holding.BeginTransactionAsync();
        await using (var held = new NpgsqlCommand("SELECT FROM measures WHERE clause = '1' FOR UPDATE", holding)) await held.ExecuteNonQueryAsync();

        var groups = Task.WhenAll(ApplyAsync(Next(first, 2), Next(second, 2)), ApplyAsync(Next(second, 3), Next(first, 3)));
        await Eventually.IsTrueAsync(async () => await Trade.QueryAsync<long>(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())") == 2);
        await hold.CommitAsync();
        await groups;

        (await Trade.QueryAsync<long[]>("SELECT array_agg(version) FROM measures")).ShouldBe([3, 3]);
    }

    private static ControlStateChanged Next(ControlStateChanged clause, long version) => clause with { EventId = Guid.CreateVersion7(), Version = version };

    private async Task ApplyAsync(params ControlStateChanged[] clauses)
    {
        await using var scope = Trade.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TradeDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await new ControlStateChangedHandler(db, scope.ServiceProvider.GetRequiredService<ProfileStore>())
            .HandleAsync([.. clauses.Select(clause => new Heard<ControlStateChanged>(clause, null))], CancellationToken.None);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }
}
