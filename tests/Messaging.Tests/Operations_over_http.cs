using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.Messaging.DeadLetters;
using Chokepoint.Messaging.Operations;
using Chokepoint.Messaging.Outbox;
using Chokepoint.Messaging.Tests.Support;
using Chokepoint.ServiceDefaults;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chokepoint.Messaging.Tests;

public sealed class Operations_over_http(ServersFixture servers)
{
    private const string Key = "ops-key-of-the-messaging-tests";

    [Fact]
    public async Task Dead_letters_are_listed_looked_at_replayed_and_discarded()
    {
        var broker = await servers.CreateBrokerAsync();
        var script = new Script { OnHandle = (_, _, _) => throw new InvalidOperationException("not yet") };
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync(
            "risk-scoring", await servers.CreateDatabaseAsync(), broker, script, options => options.HandlerAttempts = 1);
        await using var ops = await ServeAsync(risk);
        using var http = Client(ops);
        await controls.CommitAsync(Enumerable.Range(1, 3).Select(version => Events.Control(version)));
        await Eventually.IsTrueAsync(async () => (await ListAsync(http, "/api/ops/risk/dead-letters")).Items.Count == 3);

        var first = await ListAsync(http, "/api/ops/risk/dead-letters?limit=2");
        first.Items.Count.ShouldBe(2);
        var second = await ListAsync(http, $"/api/ops/risk/dead-letters?limit=2&cursor={first.Next}");
        second.Items.Count.ShouldBe(1);
        second.Next.ShouldBeNull();
        var one = first.Items[0].GetProperty("id").GetGuid();
        var detail = await http.GetFromJsonAsync<JsonElement>($"/api/ops/risk/dead-letters/{one}");
        detail.GetProperty("deadLetter").GetProperty("reason").GetString().ShouldBe("InvalidOperationException: not yet");
        detail.GetProperty("body").GetString()!.ShouldContain("\"issuer\":\"CHN\"");

        script.OnHandle = (_, _, _) => Task.CompletedTask;
        (await http.PostAsync(new Uri($"/api/ops/risk/dead-letters/{one}/replay", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1);
        (await http.PostAsync(new Uri($"/api/ops/risk/dead-letters/{one}/replay", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var other = first.Items[1].GetProperty("id").GetGuid();
        (await http.DeleteAsync(new Uri($"/api/ops/risk/dead-letters/{other}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ListAsync(http, "/api/ops/risk/dead-letters")).Items.Count.ShouldBe(1);
        (await ListAsync(http, "/api/ops/risk/quarantine")).Items.ShouldBeEmpty();
        (await http.GetFromJsonAsync<JsonElement>("/api/ops/risk")).GetProperty("deadLetters").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task All_dead_letters_of_a_queue_are_replayed_with_one_call_and_what_is_no_text_stays()
    {
        var broker = await servers.CreateBrokerAsync();
        var database = await servers.CreateDatabaseAsync();
        var script = new Script { OnHandle = (_, _, _) => throw new InvalidOperationException("not yet") };
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker);
        await using var risk = await TestService.StartAsync("risk-scoring", database, broker, script, options => options.HandlerAttempts = 1);
        await using var ops = await ServeAsync(risk);
        using var http = Client(ops);
        await controls.CommitAsync(Enumerable.Range(1, 5).Select(version => Events.Control(version)));
        await Eventually.IsTrueAsync(async () => (await ListAsync(http, "/api/ops/risk/dead-letters")).Items.Count == 5);
        await risk.Get<DeadLetterStore>().KeepAsync(
            new DeadLetterRow { Id = Guid.CreateVersion7(), Queue = "risk-scoring.control-state-changed", Body = [0xC3, 0x28], FaultType = "x", Reason = "not text" },
            CancellationToken.None);

        script.OnHandle = (_, _, _) => Task.CompletedTask;
        (await ReplayAllAsync(http, "/api/ops/risk/dead-letters/replay?queue=another")).ShouldBe(0);
        (await ReplayAllAsync(http, "/api/ops/risk/dead-letters/replay?queue=risk-scoring.control-state-changed")).ShouldBe(5);
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 5);
        (await ListAsync(http, "/api/ops/risk/dead-letters")).Items.ShouldHaveSingleItem().GetProperty("reason").GetString().ShouldBe("not text");
    }

    [Fact]
    public async Task Quarantined_events_are_put_back_with_one_call()
    {
        var broker = await servers.CreateBrokerAsync();
        await using var controls = await TestService.StartAsync("export-controls", await servers.CreateDatabaseAsync(), broker, configure: options => options.MaximumPayloadBytes = 10);
        await using var ops = await ServeAsync(controls);
        using var http = Client(ops);
        await controls.CommitAsync(Enumerable.Range(1, 3).Select(version => Events.Control(version)));
        await Eventually.IsTrueAsync(async () => (await ListAsync(http, "/api/ops/risk/quarantine")).Items.Count == 3);
        controls.Get<Microsoft.Extensions.Options.IOptions<MessagingOptions>>().Value.MaximumPayloadBytes = 8 * 1024 * 1024;

        (await ReplayAllAsync(http, "/api/ops/risk/quarantine/replay")).ShouldBe(3);
        await Eventually.IsTrueAsync(async () =>
            (await http.GetFromJsonAsync<JsonElement>("/api/ops/risk")) is var state
            && state.GetProperty("outbox").GetInt64() == 0 && state.GetProperty("quarantined").GetInt64() == 0);
    }

    [Fact]
    public async Task Operations_ask_for_their_scope_refuse_a_bad_page_by_name_and_answer_304_to_who_has_the_answer()
    {
        var broker = await servers.CreateBrokerAsync();
        await using var risk = await TestService.StartAsync("risk-scoring", await servers.CreateDatabaseAsync(), broker);
        await using var ops = await ServeAsync(risk);
        using var http = Client(ops);
        foreach (var (query, status) in new[] { ("limit=0", 422), ("limit=501", 422), ("limit=x", 400), ("cursor=nonsense", 400) })
        {
            using var refused = await http.GetAsync(new Uri($"/api/ops/risk/dead-letters?{query}", UriKind.Relative));
            ((int)refused.StatusCode).ShouldBe(status, query);
            (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateObject().Single().Name.ShouldBe("/" + query.Split('=')[0]);
        }

        using var first = await http.GetAsync(new Uri("/api/ops/risk/quarantine", UriKind.Relative));
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/ops/risk/quarantine");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag.ShouldNotBeNull());
        (await http.SendAsync(again)).StatusCode.ShouldBe(HttpStatusCode.NotModified);

        using var absent = await http.PostAsync(new Uri($"/api/ops/risk/quarantine/{Guid.NewGuid()}/replay", UriKind.Relative), null);
        (await absent.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString().ShouldBe("/problems/not-found");
        http.DefaultRequestHeaders.Authorization = null;
        (await http.GetAsync(new Uri("/api/ops/risk/dead-letters", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static async Task<int> ReplayAllAsync(HttpClient http, string path)
    {
        using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), null);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("replayed").GetInt32();
    }

    private static async Task<WebApplication> ServeAsync(TestService service)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(Operations_over_http).Assembly.GetName().Name,
            Args = ["--urls=http://127.0.0.1:0", "--Keys:Ops=" + Key],
        });
        builder.AddServiceDefaults(service: "risk-scoring", area: "risk");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(service.Get<IDeadLetters>());
        builder.Services.AddSingleton(service.Get<IQuarantine>());
        builder.Services.AddSingleton(service.Get<OutboxStore>());
        builder.Services.AddSingleton(service.Get<InboundQueues>());
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapOperations().MapMessagingOps();
        await app.StartAsync();
        return app;
    }

    private static HttpClient Client(WebApplication app) => new()
    {
        BaseAddress = new Uri(app.Urls.Single()),
        DefaultRequestHeaders = { Authorization = new("Bearer", Key) },
    };

    private static async Task<(List<JsonElement> Items, string? Next)> ListAsync(HttpClient http, string path)
    {
        var page = await http.GetFromJsonAsync<JsonElement>(path);
        return ([.. page.GetProperty("items").EnumerateArray()], page.GetProperty("nextCursor").GetString());
    }
}
