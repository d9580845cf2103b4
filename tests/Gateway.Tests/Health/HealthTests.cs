using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Chokepoint.Gateway.Tests.Health;

public sealed class HealthTests : IAsyncLifetime
{
    private static readonly string[] Services = ["controls", "prices", "trade", "risk", "notifications"];

    private readonly List<Backend> _backends = [];
    private HealthCheckResult _broker = HealthCheckResult.Healthy();
    private HealthCheckResult _postgres = HealthCheckResult.Healthy();
    private RunningGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var service in Services)
        {
            _backends.Add(await Backend.StartAsync(service, configure: builder => builder.Services.AddHealthChecks()
                .AddCheck("postgres", () => _postgres)
                .AddCheck("broker", () => _broker)));
        }
        _gateway = RunningGateway.Start([.. Services.Select((service, index) => (service, new[] { _backends[index].Address }))]);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        foreach (var backend in _backends)
            await backend.DisposeAsync();
    }

    [Fact]
    public async Task Health_names_every_service_and_server_without_a_key()
    {
        using var answer = await _gateway.Client.GetAsync("/health");
        ((int)answer.StatusCode).ShouldBe(200);
        var health = await answer.JsonAsync();
        health["status"]!.GetValue<string>().ShouldBe("healthy");
        health["checks"]!.AsObject().Select(check => check.Key).ShouldBe([.. Services, "postgres", "broker"], ignoreOrder: true);
        health["checks"]!.AsObject().ShouldAllBe(check => check.Value!["status"]!.GetValue<string>() == "healthy");
    }

    [Fact]
    public async Task Health_and_the_reference_answer_HEAD_too()
    {
        foreach (var path in (string[])["/health", "/docs/openapi.json", "/problems", "/problems/invalid", "/api/ops/openapi.json", "/api/controls/openapi.json"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, path);
            using var answer = await _gateway.Client.SendAsync(request);
            ((int)answer.StatusCode).ShouldBe(200, path);
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty(path);
        }
    }

    [Fact]
    public async Task A_broker_that_is_away_degrades_the_platform_and_it_still_answers_200()
    {
        _broker = HealthCheckResult.Degraded("The broker does not answer.");
        using var answer = await _gateway.Client.GetAsync("/health");
        ((int)answer.StatusCode).ShouldBe(200);
        var health = await answer.JsonAsync();
        health["status"]!.GetValue<string>().ShouldBe("degraded");
        health["checks"]!["broker"]!["detail"]!.GetValue<string>().ShouldBe("The broker does not answer.");
    }

    [Fact]
    public async Task A_database_that_is_away_is_503_and_named()
    {
        _postgres = HealthCheckResult.Unhealthy("Postgres does not answer.");
        using var answer = await _gateway.Client.GetAsync("/health");
        ((int)answer.StatusCode).ShouldBe(503);
        var health = await answer.JsonAsync();
        health["status"]!.GetValue<string>().ShouldBe("unhealthy");
        health["checks"]!["postgres"]!["status"]!.GetValue<string>().ShouldBe("unhealthy");
        health["checks"]!["risk"]!["detail"]!.GetValue<string>().ShouldBe("Postgres does not answer.");
        answer.Headers.RetryAfter.ShouldNotBeNull();
        using var ready = await _gateway.Client.GetAsync(new Uri(_backends[0].Address, "ready"));
        ((int)ready.StatusCode).ShouldBe(503);
        ready.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_service_that_is_down_is_named_and_the_gateway_itself_stays_ready()
    {
        await _backends[3].DisposeAsync();
        _backends.RemoveAt(3);
        using var answer = await _gateway.Client.GetAsync("/health");
        ((int)answer.StatusCode).ShouldBe(503);
        var health = await answer.JsonAsync();
        health["checks"]!["risk"]!["status"]!.GetValue<string>().ShouldBe("unhealthy");
        health["checks"]!["trade"]!["status"]!.GetValue<string>().ShouldBe("healthy");
        using var ready = await _gateway.Client.GetAsync("/ready");
        ((int)ready.StatusCode).ShouldBe(200);
        using var alive = await _gateway.Client.GetAsync("/alive");
        ((int)alive.StatusCode).ShouldBe(200);
    }
}
