using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Webhooks;

namespace Chokepoint.Notifications.Tests.Dispatch;

public sealed class BacklogTests(ServersFixture servers)
{
    [Fact]
    public async Task Ten_thousand_deliveries_are_drained_by_two_replicas_each_once()
    {
        const int Endpoints = 20, Events = 500;
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var replica = await host.StartReplicaAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        for (var i = 0; i < Endpoints; i++) await host.SubscribeAsync(new Uri(receiver.Url, $"/hook/{i}"));

        var events = Enumerable.Range(0, Events).Select(_ => Some.Score()).ToArray();
        await host.PublishAsync(events);

        await Eventually.IsTrueAsync(async () => await host.ScalarAsync<long>("SELECT count(*) FROM deliveries WHERE state = 'Delivered'") == Endpoints * Events,
            TimeSpan.FromMinutes(3));
        var received = receiver.Received.Select(w => (w.Path, w.Id)).ToList();
        received.Count.ShouldBe(Endpoints * Events);
        received.Distinct().Count().ShouldBe(Endpoints * Events);
        (await host.ScalarAsync<long>("SELECT count(*) FROM attempts")).ShouldBe(Endpoints * Events);
        received.Select(r => r.Id).ToHashSet(StringComparer.Ordinal).SetEquals(events.Select(e => e.EventId.ToString())).ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_older_than_the_retention_is_forgotten_unless_it_is_still_to_be_made()
    {
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var receiver = await WebhookReceiver.StartAsync();
        var subscription = await host.SubscribeAsync(receiver.Url);
        var old = Some.Score();
        await host.PublishAsync(old, Some.Score());
        await Eventually.IsTrueAsync(async () => (await host.DeliveriesAsync(subscription.Id, "?state=delivered")).Count == 2);
        await host.ScalarAsync<Guid>($"UPDATE events SET received_at = now() - interval '31 days' WHERE id = '{old.EventId}' RETURNING id");
        (await host.Housekeeping.ForgetAsync(CancellationToken.None)).ShouldBe(0); // delivered just now
        await host.ScalarAsync<Guid>($"UPDATE deliveries SET completed_at = now() - interval '31 days' WHERE event_id = '{old.EventId}' RETURNING id");
        (await host.Housekeeping.ForgetAsync(CancellationToken.None)).ShouldBe(1);
        (await host.DeliveriesAsync(subscription.Id)).ShouldHaveSingleItem();
        (await host.ScalarAsync<long>("SELECT count(*) FROM attempts")).ShouldBe(1);
    }
}
