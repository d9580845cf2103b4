using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Chokepoint.ServiceDefaults.Tests;

/// <summary>A service on Kestrel and a free port, with the defaults and the endpoints that a test maps.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    public const string OpsKey = "ops-key-of-the-tests";

    private readonly WebApplication _app;

    private RunningService(WebApplication app, HttpClient client) => (_app, Client) = (app, client);

    /// <summary>Sends the operations key unless the test takes it away.</summary>
    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningService> StartAsync(
        Action<RouteGroupBuilder> map, Action<WebApplicationBuilder>? configure = null, string? scope = null,
        Action<WebApplicationBuilder>? configureFirst = null, bool keepLogs = false, bool operations = false)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(RunningService).Assembly.GetName().Name,
            Args = ["--urls=http://127.0.0.1:0", "--Keys:Ops=" + OpsKey],
        });
        configureFirst?.Invoke(builder);
        builder.AddServiceDefaults(service: "test-service", area: "tests");
        if (!keepLogs)
            builder.Logging.ClearProviders();
        configure?.Invoke(builder);
        var app = builder.Build();
        map(app.UseServiceDefaults(scope));
        if (operations)
            app.MapOperations();
        await app.StartAsync();
        var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", OpsKey);
        return new RunningService(app, client);
    }

    /// <summary>Waits until the migrations are applied, which takes its time on a busy machine.</summary>
    public async Task<RunningService> ReadyAsync()
    {
        await Testing.Eventually.IsTrueAsync(async () =>
        {
            using var ready = await Client.GetAsync("/ready");
            return ready.IsSuccessStatusCode;
        }, TimeSpan.FromSeconds(60));
        return this;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body, string mediaType = "application/json") =>
        Client.PostAsync(path, new StringContent(body, Encoding.UTF8, mediaType));

    /// <summary>A connection of its own, kept open.</summary>
    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(_app.Urls.Single()).Port);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Asks it to end, as SIGTERM does, and completes when it has.</summary>
    public Task EndAsync()
    {
        _app.Lifetime.StopApplication();
        return _app.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

internal static class Answers
{
    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

    /// <summary>The answer as the problem it must be.</summary>
    public static async Task<JsonObject> ProblemAsync(this HttpResponseMessage answer, int status, string slug)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", text);
        var problem = JsonNode.Parse(text)!.AsObject();
        problem["type"]!.GetValue<string>().ShouldBe("/problems/" + slug, text);
        problem["status"]!.GetValue<int>().ShouldBe(status);
        problem["title"]!.GetValue<string>().ShouldNotBeEmpty();
        problem["traceId"]!.GetValue<string>().Length.ShouldBe(32);
        return problem;
    }

    public static string Error(this JsonObject problem, string pointer) =>
        (problem["errors"]?[pointer] ?? throw new ShouldAssertException($"no error at {pointer}: {problem.ToJsonString()}"))[0]!.GetValue<string>();
}
