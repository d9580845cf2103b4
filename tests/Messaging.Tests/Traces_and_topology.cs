using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;
using RabbitMQ.Client;

namespace Chokepoint.Messaging.Tests;

public sealed class Traces_and_topology(ServersFixture servers)
{
    [Fact]
    public async Task One_trace_leads_from_the_writers_span_over_the_publishing_to_the_handling()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is MessagingMetrics.Name or nameof(Traces_and_topology),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource(nameof(Traces_and_topology));
        var broker = await servers.CreateBrokerAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker);

        Activity writer;
        using (writer = source.StartActivity("post notice")!) await controls.CommitAsync(Events.Control());

        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1);
        var mine = await Eventually.BecomesAsync(
            () => Task.FromResult(spans.Where(span => span.TraceId == writer.TraceId).ToList()), list => list.Count == 3);
        var publish = mine.Single(span => span.OperationName == "outbox publish");
        var handle = mine.Single(span => span.OperationName == "handle ControlStateChanged");
        publish.ParentSpanId.ShouldBe(writer.SpanId);
        handle.ParentSpanId.ShouldBe(publish.SpanId);
        (await risk.WithDbAsync(db => db.Applied.SingleAsync())).Trace.ShouldBe(writer.TraceId.ToHexString());
        mine.SelectMany(span => span.TagObjects).ShouldNotContain(tag => $"{tag.Value}".Contains("gallium", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_queue_is_a_durable_quorum_queue_with_its_limits_and_no_temporary_queue_is_made()
    {
        var broker = await servers.CreateBrokerAsync();
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker);
        await Eventually.SucceedsAsync(() => Amqp.ReadyAsync(broker, "risk-scoring.control-state-changed"));

        // A queue and its dead letters for each consumer of a route.
        var declared = 2 * EventTopology.Routes.Sum(route => route.Consumers.Count);
        var queues = await Eventually.BecomesAsync(() => QueuesAsync(broker), list => list.Count >= declared);

        queues.Count.ShouldBe(declared);
        foreach (var queue in queues)
        {
            queue.GetProperty("durable").GetBoolean().ShouldBeTrue();
            queue.GetProperty("auto_delete").GetBoolean().ShouldBeFalse();
            var arguments = queue.GetProperty("arguments");
            arguments.GetProperty("x-queue-type").GetString().ShouldBe("quorum");
            arguments.TryGetProperty("x-delivery-limit", out _).ShouldBeTrue("a version's default must not decide");
            arguments.TryGetProperty("x-max-priority", out _).ShouldBeFalse();
        }
    }

    private async Task<List<JsonElement>> QueuesAsync(string broker)
    {
        var virtualHost = Uri.EscapeDataString(new Uri(broker).AbsolutePath[1..]);
        using var answer = await BrokerAdministration.SendAsync(
            HttpMethod.Get, servers.BrokerManagement, $"/api/queues/{virtualHost}", CancellationToken.None);
        using var queues = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
        return [.. queues.RootElement.EnumerateArray().Select(queue => queue.Clone())];
    }

    [Fact]
    public async Task On_the_wire_an_event_is_its_own_json_with_its_id_as_the_message_id()
    {
        var broker = await servers.CreateBrokerAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        var sent = Events.Control();

        await controls.CommitAsync(sent);

        await Eventually.SucceedsAsync(() => Amqp.WithChannelAsync(broker, async channel =>
        {
            var message = (await channel.BasicGetAsync("notifications.control-state-changed", autoAck: false)).ShouldNotBeNull();
            message.BasicProperties.MessageId.ShouldBe(sent.EventId.ToString());
            message.BasicProperties.ContentType.ShouldBe("application/json");
            using var json = JsonDocument.Parse(message.Body);
            json.RootElement.GetProperty("eventId").GetGuid().ShouldBe(sent.EventId);
            json.RootElement.GetProperty("status").GetString().ShouldBe("in_force");
        }));
    }
}
