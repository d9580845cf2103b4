using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chokepoint.Gateway.Tests.Forwarding;

public sealed class ForwardingTests
{
    private static HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Backend.Key);
        return request;
    }

    [Fact]
    public async Task A_request_reaches_its_service_with_its_key_and_comes_back_as_it_was_answered()
    {
        await using var controls = await Backend.StartAsync("controls", api => api.MapPost("/notices", (HttpContext http, Dictionary<string, string> body) =>
        {
            http.Response.Headers["X-Query"] = http.Request.QueryString.Value;
            return TypedResults.Created("/api/controls/notices/7", body);
        }));
        await using var gateway = RunningGateway.Start(("controls", [controls.Address]));

        using var answer = await gateway.Client.SendAsync(Request(HttpMethod.Post, "/api/controls/notices?q=%C3%A9%2F", new StringContent("""{"title":"é"}""", Encoding.UTF8, "application/json")));
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        answer.Headers.Location!.ToString().ShouldBe("/api/controls/notices/7");
        answer.Headers.GetValues("X-Query").ShouldBe(["?q=%C3%A9%2F"]);
        answer.Headers.Contains("Server").ShouldBeFalse();
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        (await answer.JsonAsync())["title"]!.GetValue<string>().ShouldBe("é");
    }

    [Fact]
    public async Task A_header_beyond_ASCII_reaches_the_service_as_it_was_sent()
    {
        await using var controls = await Backend.StartAsync("controls", api =>
        {
            api.MapGet("/x", (HttpContext http) => TypedResults.Ok(http.Request.Headers["X-Note"].ToString()));
            api.MapPost("/x", (HttpContext http, Dictionary<string, int> body) => TypedResults.Ok(http.Request.Headers["X-Note"].ToString()));
        });
        await using var gateway = RunningGateway.Start(("controls", [controls.Address]));
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = gateway.Client.BaseAddress };
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            using var request = Request(method, "/api/controls/x", method == HttpMethod.Post ? new StringContent("{}", Encoding.UTF8, "application/json") : null);
            request.Headers.TryAddWithoutValidation("X-Note", "镓 é");
            using var answer = await client.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
            (await answer.Content.ReadFromJsonAsync<string>()).ShouldBe("镓 é");
        }
    }

    [Fact]
    public async Task The_services_refuse_a_request_without_a_key_through_the_gateway()
    {
        await using var controls = await Backend.StartAsync("controls");
        await using var gateway = RunningGateway.Start(("controls", [controls.Address]));
        using var answer = await gateway.Client.GetAsync("/api/controls/notices");
        await answer.ProblemAsync(401, "unauthenticated");
        answer.Headers.WwwAuthenticate.ToString().ShouldStartWith("Bearer");
    }

    [Fact]
    public async Task Paths_of_nobody_are_problems()
    {
        await using var gateway = RunningGateway.Start();
        using var answer = await gateway.Client.GetAsync("/api/nothing");
        await answer.ProblemAsync(404, "not-found");
        using var unconfigured = await gateway.Client.GetAsync("/api/risk/scores");
        await unconfigured.ProblemAsync(503, "unavailable");
    }

    [Fact]
    public async Task A_service_that_is_down_is_503_with_a_time_to_come_back()
    {
        await using var gateway = RunningGateway.Start(("risk", [Backend.Nobody()]));
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            using var answer = await gateway.Client.SendAsync(Request(method, "/api/risk/scores", method == HttpMethod.Post ? new StringContent("{}") : null));
            (await answer.ProblemAsync(503, "unavailable"))["detail"]!.GetValue<string>().ShouldContain("risk");
            answer.Headers.RetryAfter!.Delta.ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task A_dead_replica_costs_no_request_whatever_its_method()
    {
        var handled = 0;
        await using var alive = await Backend.StartAsync("controls", api =>
        {
            api.MapGet("/x", () => Interlocked.Increment(ref handled));
            api.MapPost("/x", (Dictionary<string, int> body) => Interlocked.Increment(ref handled));
        });
        await using var gateway = RunningGateway.Start(("controls", [Backend.Nobody(), alive.Address]));
        for (var i = 0; i < 10; i++)
        {
            using var get = await gateway.Client.SendAsync(Request(HttpMethod.Get, "/api/controls/x"));
            get.StatusCode.ShouldBe(HttpStatusCode.OK);
            using var post = await gateway.Client.SendAsync(Request(HttpMethod.Post, "/api/controls/x", new StringContent("{}", Encoding.UTF8, "application/json")));
            post.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        handled.ShouldBe(20);
    }

    [Fact]
    public async Task Requests_are_spread_over_the_replicas_and_a_replica_that_returns_is_used_again()
    {
        await using var one = await Backend.StartAsync("controls", api => api.MapGet("/who", () => "one"));
        var two = await Backend.StartAsync("controls", api => api.MapGet("/who", () => "two"));
        var address = two.Address;
        await using var gateway = RunningGateway.Start(("controls", [one.Address, address]));

        async Task<string> WhoAsync()
        {
            using var answer = await gateway.Client.SendAsync(Request(HttpMethod.Get, "/api/controls/who"));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            return await answer.Content.ReadAsStringAsync();
        }

        string[] turn = [await WhoAsync(), await WhoAsync(), await WhoAsync(), await WhoAsync()];
        turn.Count(who => who is "one").ShouldBe(2);

        await two.DisposeAsync();
        for (var i = 0; i < 6; i++)
            (await WhoAsync()).ShouldBe("one");

        await using var again = await Backend.StartAsync("controls", api => api.MapGet("/who", () => "two"), port: address.Port);
        await Answers.UntilAsync(async () => await WhoAsync() is "two", "the second replica is back in the turn");
    }

    [Fact]
    public async Task A_replica_that_was_asked_to_end_answers_until_its_callers_have_turned_to_another()
    {
        var ending = new StrongBox<bool>();
        var handledWhileEnding = 0;
        await using var stays = await Backend.StartAsync("controls", api => api.MapPost("/x", () => "written"));
        var leaves = await Backend.StartAsync("controls", api => api.MapPost("/x", () =>
        {
            if (Volatile.Read(ref ending.Value)) Interlocked.Increment(ref handledWhileEnding);
            return "written";
        }));
        await using var gateway = RunningGateway.Start(("controls", [stays.Address, leaves.Address]));

        async Task WriteAsync()
        {
            using var answer = await gateway.Client.SendAsync(Request(HttpMethod.Post, "/api/controls/x", new StringContent("{}")));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        }

        for (var i = 0; i < 4; i++) await WriteAsync();
        leaves.Ending.Register(() => Volatile.Write(ref ending.Value, value: true));
        var gone = leaves.DisposeAsync().AsTask();
        var written = 0;
        for (; !gone.IsCompleted; written++) await WriteAsync();
        await gone;
        for (var i = 0; i < 4; i++) await WriteAsync();

        // One of the writes found out (two, where the first was answered just before; none, where the probe was there first).
        written.ShouldBeGreaterThan(handledWhileEnding);
        handledWhileEnding.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_replica_that_was_asked_to_end_is_left_out_though_no_request_tells()
    {
        await using var stays = await Backend.StartAsync("controls", api => api.MapPost("/x", () => "written"));
        var handled = 0;
        var leaves = await Backend.StartAsync("controls", api => api.MapPost("/x", () => Interlocked.Increment(ref handled)));
        await using var gateway = RunningGateway.Start(("controls", [stays.Address, leaves.Address]));
        await Answers.UntilAsync(async () =>
        {
            using var answer = await gateway.Client.SendAsync(Request(HttpMethod.Post, "/api/controls/x", new StringContent("{}")));
            return handled > 0;
        }, "the gateway keeps a connection to the replica that will leave");
        var address = leaves.Address;

        await leaves.DisposeAsync();
        gateway.IsInTurn(address).ShouldBeFalse();
    }

    [Fact]
    public async Task With_two_of_three_dead_the_third_answers_reads_and_writes()
    {
        static void Map(Microsoft.AspNetCore.Routing.RouteGroupBuilder api)
        {
            api.MapGet("/x", () => "read");
            api.MapPost("/x", () => "written");
        }
        var dead = new[] { await Backend.StartAsync("controls", Map), await Backend.StartAsync("controls", Map) };
        await using var alive = await Backend.StartAsync("controls", Map);
        await using var gateway = RunningGateway.Start(("controls", [dead[0].Address, dead[1].Address, alive.Address]));
        foreach (var backend in dead) await backend.DisposeAsync();

        using var written = await gateway.Client.SendAsync(Request(HttpMethod.Post, "/api/controls/x", new StringContent("{}")));
        written.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var read = await gateway.Client.SendAsync(Request(HttpMethod.Get, "/api/controls/x"));
        read.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_write_that_may_have_been_carried_out_is_not_repeated()
    {
        var handled = 0;
        void Map(Microsoft.AspNetCore.Routing.RouteGroupBuilder api) => api.MapPost("/x", (HttpContext http) =>
        {
            Interlocked.Increment(ref handled);
            http.Abort();
        });
        await using var one = await Backend.StartAsync("controls", Map);
        await using var two = await Backend.StartAsync("controls", Map);
        await using var gateway = RunningGateway.Start(("controls", [one.Address, two.Address]));
        using var answer = await gateway.Client.SendAsync(Request(HttpMethod.Post, "/api/controls/x", new StringContent("{}")));
        await answer.ProblemAsync(502, "bad-gateway");
        handled.ShouldBe(1);
    }

    [Fact]
    public async Task Server_sent_events_pass_as_they_are_written()
    {
        var events = Channel.CreateUnbounded<string>();
        await using var risk = await Backend.StartAsync("risk", api => api.MapGet("/stream", async (HttpContext http) =>
        {
            http.Response.ContentType = "text/event-stream";
            await foreach (var text in events.Reader.ReadAllAsync(http.RequestAborted))
            {
                await http.Response.WriteAsync($"data: {text}\n\n", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }));
        await using var gateway = RunningGateway.Start(("risk", [risk.Address]));
        events.Writer.TryWrite("first");
        using var answer = await gateway.Client.SendAsync(Request(HttpMethod.Get, "/api/risk/stream"), HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe("data: first");
        await lines.ReadLineAsync();
        events.Writer.TryWrite("second");
        (await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe("data: second");
    }

    [Fact]
    public async Task A_reader_of_server_sent_events_does_not_keep_the_gateway_from_its_end()
    {
        await using var risk = await Backend.StartAsync("risk", api => api.MapGet("/stream", async (HttpContext http) =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync(": connected\n\n", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }));
        await using var gateway = RunningGateway.Start(("risk", [risk.Address]));
        using var answer = await gateway.Client.SendAsync(Request(HttpMethod.Get, "/api/risk/stream"), HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        await gateway.EndAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_body_too_large_for_the_service_is_413_through_the_gateway()
    {
        await using var controls = await Backend.StartAsync("controls", api => api.MapPost("/notices", (Dictionary<string, string> body) => body.Count));
        await using var gateway = RunningGateway.Start(("controls", [controls.Address]));
        for (var i = 0; i < 5; i++)
        {
            using var content = new ByteArrayContent(new byte[10 * 1024 * 1024]);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await gateway.Client.SendAsync(Request(HttpMethod.Post, "/api/controls/notices", content));
            await answer.ProblemAsync(413, "too-large");
        }
    }

    [Fact]
    public async Task What_a_client_claims_of_its_address_is_not_passed_on()
    {
        await using var controls = await Backend.StartAsync("controls", api => api.MapGet("/from", (HttpContext http) =>
            $"{http.Request.Headers["X-Forwarded-For"]} {http.Request.Headers["X-Forwarded-Proto"]} {http.Request.Headers["Forwarded"]}"));
        await using var gateway = RunningGateway.Start([("controls", [controls.Address])], ("FORWARDEDHEADERS_ENABLED", "true"));
        using var request = Request(HttpMethod.Get, "/api/controls/from");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("Forwarded", "for=203.0.113.9");
        using var answer = await gateway.Client.SendAsync(request);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("127.0.0.1 http ");
    }
}
