using Chokepoint.Messaging.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Messaging.Tests;

public sealed class Events_cross_the_broker
{
    private readonly Servers _servers = new();

    [Fact]
    public async Task What_is_committed_is_handled_once_and_leaves_the_outbox_empty()
    {
        await using var controls = await TestService.StartAsync("export-controls", await Servers.DatabaseAsync(), _servers.Broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await Servers.DatabaseAsync(), _servers.Broker);
        var sent = Enumerable.Range(1, 200).Select(version => Events.Control(version)).ToList();

        await controls.CommitAsync(sent);

        await Until.Is(200, risk.AppliedAsync);
        var applied = await risk.WithDbAsync(db => db.Applied.Select(row => row.EventId).ToListAsync());
        applied.Order().ShouldBe(sent.Select(one => one.EventId).Order());
        await Until.Is(0, () => controls.WithDbAsync(db => db.Set<Outbox.OutboxRow>().CountAsync()));
    }
}
