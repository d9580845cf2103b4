using System.Text;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;
using Xunit.Sdk;

namespace Chokepoint.Faults.Tests.Ledger;

/// <summary>That the ledger would tell: here one event really is lost, and one really goes out twice.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class The_ledger_of_a_running_platform(RunningPlatform running)
{
    [Fact]
    public async Task Tells_the_event_that_was_taken_out_of_the_outbox_and_the_one_that_was_put_in_again_under_another_id()
    {
        await using var ledger = await running.OpenLedgerAsync();
        using (running.Platform.KeptDown("broker", "RabbitMQ"))
        {
            await Burst.SendAsync(running.Platform, ledger, count: 5, senders: 1);
            await running.Servers.ExecuteAsync("controlsdb", """
                DELETE FROM messaging.outbox WHERE id = (SELECT id FROM messaging.outbox ORDER BY created_at LIMIT 1);
                INSERT INTO messaging.outbox (id, event_id, event_type, payload)
                SELECT gen_random_uuid(), other, event_type, jsonb_set(payload::jsonb, '{eventId}', to_jsonb(other))::text
                FROM (SELECT gen_random_uuid() AS other, event_type, payload FROM messaging.outbox ORDER BY created_at DESC LIMIT 1) AS last;
                """);
        }

        var verdict = await Eventually.BecomesAsync(
            ledger.ReadAsync, verdict => verdict.Doubled.Count > 0 && verdict is { Unannounced.Count: 1, Undelivered.Count: 0, Unscored.Count: 1 }, TimeSpan.FromSeconds(90));

        verdict.Unscored.Single().ShouldStartWith(verdict.Unannounced.Single());
        verdict.Doubled.ShouldContain(told => told.EndsWith("announced under two ids", StringComparison.Ordinal));
        verdict.Mislabelled.ShouldBeEmpty();
    }

    [Fact]
    public async Task Is_not_equal_while_a_message_is_in_the_hands_of_its_consumer()
    {
        const string queue = "risk-scoring.control-state-changed";
        await using var ledger = await running.OpenLedgerAsync();
        await Burst.SendAsync(running.Platform, ledger, count: 1);
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(60));
        var (id, json) = await running.Servers.NewestEventAsync();

        var risk = running.Platform.Find("risk").Id;
        Signal.Send(risk, Signal.Stop);
        using (PlatformState.Released(() => Signal.Send(risk, Signal.Continue)))
        {
            await running.Servers.PublishAsync(queue, "ControlStateChanged", id, Encoding.UTF8.GetBytes(json));
            await Eventually.BecomesAsync(() => running.Servers.WaitingAsync(queue), waiting => waiting == 0);
            var told = await Should.ThrowAsync<XunitException>(() => ledger.BalancesAsync(within: TimeSpan.FromSeconds(2)));
            told.Message.ShouldContain("Queued = 1,");
        }

        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(60));
    }
}
