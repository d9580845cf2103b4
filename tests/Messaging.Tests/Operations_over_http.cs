using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.Messaging.DeadLetters;
using Chokepoint.Messaging.Operations;
using Chokepoint.Messaging.Outbox;
using Chokepoint.Messaging.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chokepoint.Messaging.Tests;

public sealed class Operations_over_http(ServersFixture servers)
{
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
        await Eventually.IsTrueAsync(async () => (await ListAsync(http, "/ops/dead-letters")).Items.Count == 3);

        var first = await ListAsync(http, "/ops/dead-letters?limit=2");
        first.Items.Count.ShouldBe(2);
        var second = await ListAsync(http, $"/ops/dead-letters?limit=2&cursor={first.Next}");
        second.Items.Count.ShouldBe(1);
        second.Next.ShouldBeNull();
        var one = first.Items[0].GetProperty("id").GetGuid();
        var detail = await http.GetFromJsonAsync<JsonElement>($"/ops/dead-letters/{one}");
        detail.GetProperty("deadLetter").GetProperty("reason").GetString().ShouldBe("InvalidOperationException: not yet");
        detail.GetProperty("body").GetString()!.ShouldContain("\"issuer\":\"CHN\"");

        script.OnHandle = (_, _, _) => Task.CompletedTask;
        (await http.PostAsync(new Uri($"/ops/dead-letters/{one}/replay", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await Eventually.BecomesAsync(risk.AppliedAsync, count => count == 1);
        (await http.PostAsync(new Uri($"/ops/dead-letters/{one}/replay", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var other = first.Items[1].GetProperty("id").GetGuid();
        (await http.DeleteAsync(new Uri($"/ops/dead-letters/{other}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ListAsync(http, "/ops/dead-letters")).Items.Count.ShouldBe(1);
        (await ListAsync(http, "/ops/quarantine")).Items.ShouldBeEmpty();
    }

    private static async Task<WebApplication> ServeAsync(TestService service)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(service.Get<IDeadLetters>());
        builder.Services.AddSingleton(service.Get<IQuarantine>());
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGroup("/ops").MapMessagingOps();
        await app.StartAsync();
        return app;
    }

    private static HttpClient Client(WebApplication app) => new()
    {
        BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()),
    };

    private static async Task<(List<JsonElement> Items, string? Next)> ListAsync(HttpClient http, string path)
    {
        var page = await http.GetFromJsonAsync<JsonElement>(path);
        return ([.. page.GetProperty("items").EnumerateArray()], page.GetProperty("nextCursor").GetString());
    }
}
