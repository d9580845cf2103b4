using System.Net.Sockets;
using System.Text.Json.Nodes;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chokepoint.Gateway.Tests;

/// <summary>The gateway on Kestrel and a free port, in front of the services that a test names.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplicationFactory<SecurityHeaders> _factory;

    private RunningGateway(WebApplicationFactory<SecurityHeaders> factory, HttpClient client) => (_factory, Client) = (factory, client);

    public HttpClient Client { get; }

    /// <param name="replicas">Addresses by service name.</param>
    public static RunningGateway Start(params (string Service, Uri[] Replicas)[] replicas) => Start(replicas, []);

    public static RunningGateway Start((string Service, Uri[] Replicas)[] replicas, params (string Key, string Value)[] settings)
    {
        var factory = new WebApplicationFactory<SecurityHeaders>().WithWebHostBuilder(host =>
        {
            host.UseSetting("urls", "http://127.0.0.1:0");
            foreach (var (service, addresses) in replicas)
            {
                for (var index = 0; index < addresses.Length; index++)
                    host.UseSetting($"services:{service}:http:{index}", addresses[index].AbsoluteUri.TrimEnd('/'));
            }
            foreach (var (key, value) in settings)
                host.UseSetting(key, value);
            host.ConfigureLogging(logs => logs.ClearProviders());
            // What would only be cut off at the end of the host's time hangs here until the test gives up.
            host.ConfigureServices(services => services.PostConfigure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(5)));
        });
        factory.UseKestrel();
        factory.StartServer();
        var address = new Uri(factory.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return new RunningGateway(factory, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address });
    }

    /// <summary>Whether the gateway sends requests to the replica at that address at the moment.</summary>
    public bool IsInTurn(Uri address) => _factory.Services.GetRequiredService<Chokepoint.Gateway.Forwarding.Services>()
        .All.SelectMany(service => service.Replicas).Single(replica => replica.Address == address).State is Chokepoint.Gateway.Forwarding.ReplicaState.Up;

    /// <summary>Ends as on SIGTERM, its clients still connected.</summary>
    public async Task EndAsync()
    {
        _factory.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await _factory.Services.GetRequiredService<IHost>().StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _factory.DisposeAsync();
    }
}

/// <summary>A service behind the gateway: the real defaults on Kestrel, with the endpoints that a test maps.</summary>
internal sealed class Backend : IAsyncDisposable
{
    public const string Key = "a-key-for-the-gateway-tests";

    private readonly WebApplication _app;

    private Backend(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Cancelled when the service is asked to end.</summary>
    public CancellationToken Ending => _app.Lifetime.ApplicationStopping;

    public static async Task<Backend> StartAsync(string area, Action<RouteGroupBuilder>? map = null, Action<WebApplicationBuilder>? configure = null, int port = 0,
        Action<RouteGroupBuilder>? operations = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(Backend).Assembly.GetName().Name,
            Args = [$"--urls=http://127.0.0.1:{port}", "--Keys:Ops=" + Key],
        });
        builder.AddServiceDefaults(service: "backend-" + area, area);
        builder.Logging.ClearProviders();
        configure?.Invoke(builder);
        var app = builder.Build();
        var api = app.UseServiceDefaults();
        map?.Invoke(api);
        operations?.Invoke(app.MapOperations());
        await app.StartAsync();
        return new Backend(app);
    }

    /// <summary>An address that nothing listens on.</summary>
    public static Uri Nobody()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}");
    }

    public async ValueTask DisposeAsync()
    {
        _app.Lifetime.StopApplication(); // as SIGTERM does
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

internal static class Answers
{
    public static async Task<JsonObject> ProblemAsync(this HttpResponseMessage answer, int status, string slug)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", text);
        var problem = JsonNode.Parse(text)!.AsObject();
        problem["type"]!.GetValue<string>().ShouldBe("/problems/" + slug, text);
        problem["traceId"]!.GetValue<string>().Length.ShouldBe(32);
        return problem;
    }

    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

    /// <summary>Tries until the condition holds; fails at the deadline.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            if (deadline.IsCancellationRequested || !await tick.WaitForNextTickAsync(CancellationToken.None))
                throw new ShouldAssertException($"not within the deadline: {what}");
        }
    }
}
