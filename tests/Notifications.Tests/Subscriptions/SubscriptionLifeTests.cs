using System.Net;
using System.Text.Json;
using Chokepoint.Testing;
using Chokepoint.Testing.Webhooks;

namespace Chokepoint.Notifications.Tests.Subscriptions;

public sealed class SubscriptionLifeTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly NotificationsHost _host = shared.Host;

    [Fact]
    public async Task During_a_rotation_both_secrets_sign_and_after_it_the_new_one_alone()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var subscription = await _host.SubscribeAsync(receiver.Url, eventTypes: ["chokepoint.price.signal-changed.v1"]);
        var rotated = await _host.PostAsync($"subscriptions/{subscription.Id}/rotate-secret");
        var secret = rotated.GetProperty("secret").GetString()!;
        (secret == subscription.Secret).ShouldBeFalse();
        (rotated.GetProperty("previousSecretUntil").GetDateTimeOffset() - TimeProvider.System.GetUtcNow())
            .ShouldBeInRange(TimeSpan.FromHours(23.9), TimeSpan.FromHours(24));

        var during = await SendTestAsync(receiver, subscription.Id);
        during.Headers["webhook-signature"].Split(' ').Length.ShouldBe(2);
        during.IsSignedBy(secret).ShouldBeTrue();
        during.IsSignedBy(subscription.Secret).ShouldBeTrue();

        await _host.ScalarAsync<Guid>($"UPDATE subscriptions SET previous_secret_until = now() WHERE id = '{subscription.Id}' RETURNING id");
        var after = await SendTestAsync(receiver, subscription.Id);
        after.Headers["webhook-signature"].Split(' ').ShouldHaveSingleItem();
        after.IsSignedBy(secret).ShouldBeTrue();
        after.IsSignedBy(subscription.Secret).ShouldBeFalse();
    }

    [Fact]
    public async Task A_test_says_that_it_is_one_and_is_tried_once()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Otherwise = new ScriptedAnswer(500);
        var subscription = await _host.SubscribeAsync(receiver.Url, filter: new { minerals = List("cobalt") });
        var webhook = await SendTestAsync(receiver, subscription.Id);
        webhook.Type.ShouldBe("chokepoint.subscription.test.v1");
        webhook.IsSignedBy(subscription.Secret).ShouldBeTrue();
        (await _host.DeliveryBecomesAsync(subscription.Id, "failed")).GetProperty("attemptCount").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task What_was_missed_while_disabled_is_recovered_and_what_failed_is_made_again()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerNext(new ScriptedAnswer(500));
        var since = TimeProvider.System.GetUtcNow();
        var filter = new { minerals = List("tungsten") };
        var subscription = await _host.SubscribeAsync(receiver.Url, filter);
        await _host.PublishAsync(Some.Score(mineral: "tungsten"));
        await _host.DeliveryBecomesAsync(subscription.Id, "failed"); // this host tries once

        (await _host.PostAsync($"subscriptions/{subscription.Id}/disable")).GetProperty("disabledReason").GetString().ShouldBe("operator");
        var (missed, other) = (Some.Score(mineral: "tungsten"), Some.Score(mineral: "nickel"));
        await _host.PublishAsync(missed, other);
        await Eventually.IsTrueAsync(async () => await _host.ScalarAsync<long>($"SELECT count(*) FROM events WHERE id IN ('{missed.EventId}', '{other.EventId}')") == 2);
        await _host.PostAsync($"subscriptions/{subscription.Id}/recover", new { since }, HttpStatusCode.Conflict);
        receiver.Received.Count.ShouldBe(1);

        (await _host.PostAsync($"subscriptions/{subscription.Id}/enable")).GetProperty("state").GetString().ShouldBe("active");
        var recovered = await _host.PostAsync($"subscriptions/{subscription.Id}/recover", new { since }, HttpStatusCode.Accepted);
        recovered.GetProperty("reopened").GetInt32().ShouldBe(1);
        recovered.GetProperty("created").GetInt32().ShouldBe(1);
        var webhooks = await receiver.ReceivesAsync(3);
        webhooks.Skip(1).Select(w => w.Id).ShouldBe([webhooks[0].Id, missed.EventId.ToString()], ignoreOrder: true);
        await Eventually.IsTrueAsync(async () => (await _host.DeliveriesAsync(subscription.Id, "?state=delivered")).Count == 2);
    }

    [Fact]
    public async Task A_test_that_failed_is_not_recovered()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerNext(new ScriptedAnswer(500));
        var since = TimeProvider.System.GetUtcNow();
        var subscription = await _host.SubscribeAsync(receiver.Url, filter: new { minerals = List("cobalt") });
        await SendTestAsync(receiver, subscription.Id);
        await _host.DeliveryBecomesAsync(subscription.Id, "failed");

        var recovered = await _host.PostAsync($"subscriptions/{subscription.Id}/recover", new { since }, HttpStatusCode.Accepted);
        recovered.GetProperty("reopened").GetInt32().ShouldBe(0);
        (await _host.DeliveriesAsync(subscription.Id, "?state=failed")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_recovery_needs_a_stretch_of_time()
    {
        var subscription = await _host.SubscribeAsync(new Uri("https://example.com/"));
        await _host.PostAsync($"subscriptions/{subscription.Id}/recover", new { }, HttpStatusCode.UnprocessableEntity);
        await _host.PostAsync($"subscriptions/{subscription.Id}/recover",
            new { since = "2026-11-02T00:00:00Z", until = "2026-11-01T00:00:00Z" }, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_preview_tells_what_would_have_matched()
    {
        var since = TimeProvider.System.GetUtcNow();
        var (matching, small) = (Some.Score(mineral: "beryllium"), Some.Score(mineral: "beryllium", previous: 60, current: 60.2));
        await _host.PublishAsync(matching, small, Some.Score(mineral: "nickel"), Some.Price("beryllium"));
        await Eventually.IsTrueAsync(async () => await _host.ScalarAsync<long>("SELECT count(*) FROM events WHERE 'beryllium' = ANY(minerals)") == 3);

        var preview = await _host.PostAsync("subscriptions/preview", new
        {
            eventTypes = List("chokepoint.risk.score-changed.v1"),
            filter = new { economies = List("USA"), minerals = List("beryllium") },
            since,
        });
        preview.GetProperty("matched").GetInt32().ShouldBe(1);
        var item = preview.GetProperty("items")[0];
        item.GetProperty("id").GetGuid().ShouldBe(matching.EventId);
        item.GetProperty("event").GetProperty("data").GetProperty("mineral").GetString().ShouldBe("beryllium");
        (await _host.PostAsync("subscriptions/preview", new { filter = new { minerals = List("beryllium"), minimumChange = 0 }, since }))
            .GetProperty("matched").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task Deleting_ends_it_and_forgets_its_deliveries()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var subscription = await _host.SubscribeAsync(receiver.Url);
        await SendTestAsync(receiver, subscription.Id);
        await _host.DeliveryBecomesAsync(subscription.Id, "delivered");
        (await _host.Http.DeleteAsync($"/api/notifications/subscriptions/{subscription.Id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await _host.GetAsync($"subscriptions/{subscription.Id}", HttpStatusCode.NotFound);
        (await _host.ScalarAsync<long>($"SELECT count(*) FROM deliveries WHERE subscription_id = '{subscription.Id}'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_delivery_list_is_narrowed_by_state_and_knows_no_other_states()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var subscription = await _host.SubscribeAsync(receiver.Url);
        await SendTestAsync(receiver, subscription.Id);
        await _host.DeliveryBecomesAsync(subscription.Id, "delivered");
        (await _host.DeliveriesAsync(subscription.Id, "?state=failed")).ShouldBeEmpty();
        (await _host.DeliveriesAsync(subscription.Id, "?state=delivered")).ShouldHaveSingleItem();
        var problem = await _host.GetAsync($"subscriptions/{subscription.Id}/deliveries?state=lost", HttpStatusCode.UnprocessableEntity);
        problem.GetProperty("errors").TryGetProperty("/state", out _).ShouldBeTrue();
    }

    private async Task<ReceivedWebhook> SendTestAsync(WebhookReceiver receiver, Guid subscription)
    {
        var accepted = await _host.PostAsync($"subscriptions/{subscription}/test", expected: HttpStatusCode.Accepted);
        var id = accepted.GetProperty("eventId").GetString();
        accepted.GetProperty("state").GetString().ShouldBe("pending");
        return (await receiver.ReceivesAsync(1, w => w.Id == id))[0];
    }

    private static string[] List(params string[] items) => items;
}
