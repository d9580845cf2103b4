using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.Notifications.Tests.Dispatch;

public sealed class DeliveryTests(ServersFixture servers)
{
    [Fact]
    public async Task An_event_reaches_its_subscriber_signed_and_is_recorded()
    {
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var receiver = await WebhookReceiver.StartAsync();
        var subscription = await host.SubscribeAsync(receiver.Url);
        var score = Some.Score();

        await host.PublishAsync(score);

        var webhook = (await receiver.ReceivesAsync()).ShouldHaveSingleItem();
        webhook.Method.ShouldBe("POST");
        webhook.Id.ShouldBe(score.EventId.ToString());
        webhook.IsSignedBy(subscription.Secret).ShouldBeTrue();
        webhook.Headers["content-type"].ShouldBe("application/json; charset=utf-8");
        webhook.Headers["user-agent"].ShouldBe("Chokepoint-Webhooks/1.0");
        webhook.Headers.ContainsKey("traceparent").ShouldBeFalse();
        webhook.Json.GetProperty("id").GetString().ShouldBe(webhook.Id);
        webhook.Type.ShouldBe(CloudEventTypes.RiskScoreChanged);
        webhook.Json.GetProperty("data").GetProperty("current").GetProperty("score").GetDouble().ShouldBe(69.4);

        var delivery = await host.DeliveryBecomesAsync(subscription.Id, "delivered");
        var attempt = delivery.GetProperty("attempts").EnumerateArray().ShouldHaveSingleItem();
        attempt.GetProperty("statusCode").GetInt32().ShouldBe(200);
        attempt.GetProperty("error").ValueKind.ShouldBe(JsonValueKind.Null);
        delivery.GetProperty("event").GetProperty("id").GetString().ShouldBe(webhook.Id);
        delivery.GetProperty("nextAttemptAt").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task A_boundary_ahead_is_told_to_those_who_asked_for_it_or_for_everything_and_whom_it_concerns()
    {
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var others = await WebhookReceiver.StartAsync();
        await host.SubscribeAsync(receiver.Url, eventTypes: [CloudEventTypes.ControlBoundaryApproaching]);
        await host.SubscribeAsync(receiver.Url);
        await host.SubscribeAsync(others.Url, eventTypes: [CloudEventTypes.ControlStateChanged]);
        await host.SubscribeAsync(others.Url, JsonNode.Parse("""{"economies": ["JPN"]}"""));

        await host.PublishAsync(Some.Boundary(destinations: ["USA"], leadDays: 7));

        var told = await receiver.ReceivesAsync(2);
        told.ShouldAllBe(w => w.Type == CloudEventTypes.ControlBoundaryApproaching);
        var data = told[0].Json.GetProperty("data");
        (data.GetProperty("leadDays").GetInt32(), data.GetProperty("on").GetString(), data.GetProperty("nextStatus").GetString())
            .ShouldBe((7, "2026-11-28", "in_force"));
        await host.PublishAsync(Some.Control(destinations: ["JPN"]));
        (await others.ReceivesAsync(2)).ShouldAllBe(w => w.Type == CloudEventTypes.ControlStateChanged); // and the boundary came to none of them
    }

    [Fact]
    public async Task A_failed_attempt_is_made_again_with_the_same_id_and_a_new_timestamp_and_signature()
    {
        await using var host = await NotificationsHost.StartAsync(servers, ("RetryDelays:0", "00:00:00"), ("RetryDelays:1", "00:00:01.1"), ("RetryDelays:2", "00:01:00"));
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerNext(new ScriptedAnswer(500));
        var subscription = await host.SubscribeAsync(receiver.Url);

        await host.PublishAsync(Some.Score());

        var webhooks = await receiver.ReceivesAsync(2);
        webhooks[1].Id.ShouldBe(webhooks[0].Id);
        webhooks[1].Body.ShouldBe(webhooks[0].Body);
        (webhooks[1].Headers["webhook-timestamp"] == webhooks[0].Headers["webhook-timestamp"]).ShouldBeFalse();
        (webhooks[1].Headers["webhook-signature"] == webhooks[0].Headers["webhook-signature"]).ShouldBeFalse();
        webhooks.ShouldAllBe(w => w.IsSignedBy(subscription.Secret, null));
        (webhooks[1].ReceivedAt - webhooks[0].ReceivedAt).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
        var attempts = (await host.DeliveryBecomesAsync(subscription.Id, "delivered")).GetProperty("attempts").EnumerateArray().ToList();
        attempts.Select(a => a.GetProperty("number").GetInt32()).ShouldBe([1, 2]);
        attempts.Select(a => a.GetProperty("statusCode").GetInt32()).ShouldBe([500, 200]);
        attempts[0].GetProperty("error").GetString().ShouldBe("status");
    }

    [Fact]
    public async Task After_the_last_attempt_a_delivery_is_kept_as_failed_and_can_be_made_again()
    {
        await using var host = await NotificationsHost.StartAsync(servers, ("RetryDelays:0", "00:00:00"), ("RetryDelays:1", "00:00:00.05"));
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Otherwise = new ScriptedAnswer(503);
        var subscription = await host.SubscribeAsync(receiver.Url);

        await host.PublishAsync(Some.Score());
        var failed = await host.DeliveryBecomesAsync(subscription.Id, "failed");
        failed.GetProperty("attemptCount").GetInt32().ShouldBe(2);
        failed.GetProperty("failure").GetString().ShouldBe("status");

        receiver.Otherwise = new ScriptedAnswer();
        await host.PostAsync($"deliveries/{failed.GetProperty("id").GetGuid()}/redeliver", expected: System.Net.HttpStatusCode.Accepted);
        var delivered = await host.DeliveryBecomesAsync(subscription.Id, "delivered");
        delivered.GetProperty("attemptCount").GetInt32().ShouldBe(3);
        receiver.Received.Select(w => w.Id).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_answer_of_410_disables_the_subscription_and_ends_what_waits()
    {
        await using var host = await NotificationsHost.StartAsync(servers, ("RetryDelays:0", "00:00:00"), ("RetryDelays:1", "01:00:00"));
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerNext(new ScriptedAnswer(500), new ScriptedAnswer(410));
        var subscription = await host.SubscribeAsync(receiver.Url);
        await host.PublishAsync(Some.Score());
        await receiver.ReceivesAsync();

        await host.PublishAsync(Some.Score());

        var after = await Eventually.BecomesAsync(() => host.GetAsync($"subscriptions/{subscription.Id}"), s => s.GetProperty("state").GetString() == "disabled");
        after.GetProperty("disabledReason").GetString().ShouldBe("gone");
        var deliveries = await host.DeliveriesAsync(subscription.Id);
        deliveries.Select(d => d.GetProperty("state").GetString()).ShouldBe(["failed", "failed"]);
        deliveries.Select(d => d.GetProperty("failure").GetString()).ShouldBe(["status", "subscription-disabled"]);
        await host.PublishAsync(Some.Score());
        await Eventually.IsTrueAsync(async () => await host.ScalarAsync<long>("SELECT count(*) FROM events") == 3);
        (await host.DeliveriesAsync(subscription.Id)).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_receiver_that_asks_for_time_gets_it_for_all_its_deliveries(int status)
    {
        await using var host = await NotificationsHost.StartAsync(servers, ("RetryDelays:0", "00:00:00"), ("RetryDelays:1", "00:00:00.01"));
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerNext(new ScriptedAnswer(status, RetryAfter: "2"));
        await host.SubscribeAsync(receiver.Url);
        await host.PublishAsync(Some.Score());
        var first = (await receiver.ReceivesAsync())[0];
        await Eventually.IsTrueAsync(async () => await host.ScalarAsync<long>("SELECT count(*) FROM attempts") == 1);

        await host.PublishAsync(Some.Score());

        var later = (await receiver.ReceivesAsync(3)).Skip(1).ToList();
        later.ShouldAllBe(w => w.ReceivedAt - first.ReceivedAt > TimeSpan.FromSeconds(1.9));
        later.ShouldContain(w => w.Id == first.Id);
    }

    [Fact]
    public async Task A_longer_wait_than_the_bound_is_cut_to_it()
    {
        await using var host = await NotificationsHost.StartAsync(servers,
            ("RetryDelays:0", "00:00:00"), ("RetryDelays:1", "00:00:00.01"), ("LongestRetryAfter", "00:00:01"));
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerNext(new ScriptedAnswer(503, RetryAfter: "86400"));
        await host.SubscribeAsync(receiver.Url);
        await host.PublishAsync(Some.Score());
        await receiver.ReceivesAsync(2, within: TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_is_not_followed()
    {
        await using var host = await NotificationsHost.StartAsync(servers, ("RetryDelays:0", "00:00:00"));
        await using var elsewhere = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Otherwise = new ScriptedAnswer(307, Location: elsewhere.Url.ToString());
        var subscription = await host.SubscribeAsync(receiver.Url);
        await host.PublishAsync(Some.Score());

        var delivery = await host.DeliveryBecomesAsync(subscription.Id, "failed");
        delivery.GetProperty("failure").GetString().ShouldBe("redirect");
        elsewhere.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_given_up_at_the_timeout()
    {
        await using var host = await NotificationsHost.StartAsync(servers, ("RetryDelays:0", "00:00:00"), ("Timeout", "00:00:00.5"));
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Otherwise = new ScriptedAnswer(Delay: TimeSpan.FromSeconds(30));
        var subscription = await host.SubscribeAsync(receiver.Url);
        await host.PublishAsync(Some.Score());

        var delivery = await host.DeliveryBecomesAsync(subscription.Id, "failed");
        var attempt = delivery.GetProperty("attempts")[0];
        attempt.GetProperty("error").GetString().ShouldBe("timeout");
        attempt.GetProperty("statusCode").ValueKind.ShouldBe(JsonValueKind.Null);
        attempt.GetProperty("durationMs").GetDouble().ShouldBeInRange(450, 30_000); // the receiver's own delay
    }

    [Fact]
    public async Task A_slow_receiver_does_not_delay_the_others()
    {
        await using var host = await NotificationsHost.StartAsync(servers,
            ("ConcurrencyPerSubscription", "4"), ("Concurrency", "16"), ("Timeout", "00:02:00"));
        await using var slow = await WebhookReceiver.StartAsync();
        await using var quick = await WebhookReceiver.StartAsync();
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        slow.Otherwise = new ScriptedAnswer { BeforeAnswer = () => answers.Task };
        await host.SubscribeAsync(slow.Url);
        var subscription = await host.SubscribeAsync(quick.Url);

        await host.PublishAsync([.. Enumerable.Range(0, 100).Select(_ => Some.Score())]);

        await quick.ReceivesAsync(100, within: TimeSpan.FromSeconds(60));
        (await slow.ReceivesAsync(4)).Count.ShouldBe(4);
        answers.SetResult();
        await Eventually.IsTrueAsync(async () => (await host.DeliveriesAsync(subscription.Id, "?state=delivered")).Count == 100);
    }

    [Fact]
    public async Task What_finds_no_free_slot_as_it_is_made_waits_for_one_and_no_longer()
    {
        await using var host = await NotificationsHost.StartAsync(servers, ("ConcurrencyPerSubscription", "1"));
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerNext(new ScriptedAnswer(Delay: TimeSpan.FromSeconds(2)));
        await host.SubscribeAsync(receiver.Url);
        await host.PublishAsync(Some.Score());
        await receiver.ReceivesAsync();

        await host.PublishAsync(Some.Score());

        var webhooks = await receiver.ReceivesAsync(2, within: TimeSpan.FromSeconds(15)); // a claim lapses after thirty
        (webhooks[1].ReceivedAt - webhooks[0].ReceivedAt).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task No_second_sees_more_calls_than_the_subscription_allows()
    {
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var replica = await host.StartReplicaAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        await host.SubscribeAsync(receiver.Url, maxPerSecond: 10);
        await host.PublishAsync([.. Enumerable.Range(0, 25).Select(_ => Some.Score())]);

        await Eventually.IsTrueAsync(async () => await host.ScalarAsync<long>("SELECT count(*) FROM attempts") == 25, TimeSpan.FromSeconds(60));
        // Spaced evenly as they are claimed; one that was held up between its claim and its call may fall into the next ones' second.
        (await host.ScalarAsync<long>("""
            SELECT max(n) FROM (SELECT count(*) OVER (ORDER BY started_at RANGE BETWEEN CURRENT ROW AND '0.999 s' FOLLOWING) AS n FROM attempts) AS seconds
            """)).ShouldBeLessThanOrEqualTo(12);
        (await host.ScalarAsync<TimeSpan>("SELECT max(started_at) - min(started_at) FROM attempts")).ShouldBeGreaterThan(TimeSpan.FromSeconds(2.2));
    }

    [Fact]
    public async Task Silent_events_send_nothing()
    {
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var receiver = await WebhookReceiver.StartAsync();
        await host.SubscribeAsync(receiver.Url);
        var loud = Some.Control();
        await host.PublishAsync(Some.Control(silent: true), loud);

        (await receiver.ReceivesAsync()).ShouldHaveSingleItem().Id.ShouldBe(loud.EventId.ToString());
        (await host.ScalarAsync<long>("SELECT count(*) FROM deliveries")).ShouldBe(1);
    }

    [Fact]
    public async Task An_endpoint_with_no_success_through_a_whole_schedule_is_disabled_as_failing()
    {
        await using var host = await NotificationsHost.StartAsync(servers,
            ("RetryDelays:0", "00:00:00"), ("RetryDelays:1", "00:00:00.3"), ("RetryDelays:2", "00:00:00.3"), ("DisableAfter", "00:00:00.2"));
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Otherwise = new ScriptedAnswer(500);
        var subscription = await host.SubscribeAsync(receiver.Url);
        await host.PublishAsync(Some.Score());

        var after = await Eventually.BecomesAsync(() => host.GetAsync($"subscriptions/{subscription.Id}"), s => s.GetProperty("state").GetString() == "disabled");
        after.GetProperty("disabledReason").GetString().ShouldBe("failing");
        receiver.Received.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Tests_that_fail_do_not_disable_a_subscription_unless_its_endpoint_is_gone()
    {
        await using var host = await NotificationsHost.StartAsync(servers, ("RetryDelays:0", "00:00:00"), ("DisableAfter", "00:00:00"));
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerNext(new ScriptedAnswer(500), new ScriptedAnswer(500), new ScriptedAnswer(410));
        var subscription = await host.SubscribeAsync(receiver.Url);
        for (var failed = 1; failed <= 2; failed++)
        {
            await host.PostAsync($"subscriptions/{subscription.Id}/test", expected: System.Net.HttpStatusCode.Accepted);
            await Eventually.IsTrueAsync(async () => (await host.DeliveriesAsync(subscription.Id, "?state=failed")).Count == failed);
        }

        (await host.GetAsync($"subscriptions/{subscription.Id}")).GetProperty("state").GetString().ShouldBe("active");
        (await host.ScalarAsync<bool>("SELECT failing_since IS NULL FROM subscriptions")).ShouldBeTrue();
        await host.PostAsync($"subscriptions/{subscription.Id}/test", expected: System.Net.HttpStatusCode.Accepted);
        await Eventually.IsTrueAsync(async () => await host.ScalarAsync<long>("SELECT count(*) FROM subscriptions WHERE disabled_reason = 'Gone'") == 1);
    }

    [Fact]
    public async Task Attempts_of_one_delivery_that_are_stored_together_are_counted_one_after_the_other()
    {
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var receiver = await WebhookReceiver.StartAsync();
        var subscription = await host.SubscribeAsync(receiver.Url);
        await host.PublishAsync(Some.Score());
        var delivery = (await host.DeliveryBecomesAsync(subscription.Id, "delivered")).GetProperty("id").GetGuid();
        var recorder = host.Services.GetRequiredService<AttemptRecorder>();
        AttemptResult[] again = [.. Enumerable.Range(1, 3).Select(i => Made(delivery, subscription.Id, Guid.NewGuid(), 200) with { Duration = TimeSpan.FromMilliseconds(i) })];
        foreach (var one in again) await recorder.RecordAsync(one, CancellationToken.None);

        await Eventually.IsTrueAsync(async () => await host.ScalarAsync<long>("SELECT count(*) FROM attempts") == 4);
        var read = await host.GetAsync($"deliveries/{delivery}");
        read.GetProperty("attemptCount").GetInt32().ShouldBe(4);
        read.GetProperty("attempts").EnumerateArray().Select(a => a.GetProperty("number").GetInt32()).ShouldBe([1, 2, 3, 4]);
        read.GetProperty("attempts").EnumerateArray().Skip(1).Select(a => a.GetProperty("durationMs").GetDouble()).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task What_got_through_stays_delivered_though_who_claimed_it_anew_meanwhile_fails()
    {
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var receiver = await WebhookReceiver.StartAsync();
        var subscription = await host.SubscribeAsync(receiver.Url);
        await host.PublishAsync(Some.Score());
        var delivery = (await host.DeliveryBecomesAsync(subscription.Id, "delivered")).GetProperty("id").GetGuid();
        var recorder = host.Services.GetRequiredService<AttemptRecorder>();
        var (lapsed, anew) = (Guid.NewGuid(), await ClaimAsync(host));

        await recorder.RecordAsync(Made(delivery, subscription.Id, lapsed, 200), CancellationToken.None);
        await recorder.RecordAsync(Made(delivery, subscription.Id, anew, 409), CancellationToken.None);

        await Eventually.IsTrueAsync(async () => await host.ScalarAsync<long>("SELECT count(*) FROM attempts") == 3);
        (await host.GetAsync($"deliveries/{delivery}")).GetProperty("state").GetString().ShouldBe("delivered");
    }

    [Fact]
    public async Task A_failure_under_a_claim_that_lapsed_spends_nothing_of_the_schedule()
    {
        await using var host = await NotificationsHost.StartAsync(servers);
        await using var receiver = await WebhookReceiver.StartAsync();
        var subscription = await host.SubscribeAsync(receiver.Url);
        await host.PublishAsync(Some.Score());
        var delivery = (await host.DeliveryBecomesAsync(subscription.Id, "delivered")).GetProperty("id").GetGuid();
        await ClaimAsync(host);

        await host.Services.GetRequiredService<AttemptRecorder>().RecordAsync(Made(delivery, subscription.Id, Guid.NewGuid(), 500), CancellationToken.None);

        await Eventually.IsTrueAsync(async () => await host.ScalarAsync<long>("SELECT count(*) FROM attempts") == 2);
        (await host.ScalarAsync<int>("SELECT round FROM deliveries")).ShouldBe(1);
    }

    /// <summary>The only delivery, as another process has it: to be made again, and claimed for long enough.</summary>
    private static Task<Guid> ClaimAsync(NotificationsHost host) => host.ScalarAsync<Guid>(
        "UPDATE deliveries SET state = 'Pending', claim = gen_random_uuid(), due_at = now() + interval '1 hour' RETURNING claim");

    /// <summary>What came of another attempt of a delivery, under a claim of its own.</summary>
    private static AttemptResult Made(Guid delivery, Guid subscription, Guid claim, int status)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new AttemptResult(
            new ClaimedDelivery
            {
                Id = delivery, Claim = claim, SubscriptionId = subscription, EventId = Guid.NewGuid(), EventType = CloudEventTypes.RiskScoreChanged,
                Attempts = 1, Round = 1, Url = "https://receiver.test/", Secret = [], PreviousSecret = null, Body = [], TraceParent = null,
                EventTime = now, NoticedAt = null, ClaimedAt = now, ReadAt = TimeProvider.System.GetTimestamp(),
            },
            now, TimeSpan.FromMilliseconds(1), status, status < 300 ? null : AttemptError.Status, null, null, null, null);
    }
}
