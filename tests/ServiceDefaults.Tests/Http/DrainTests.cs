using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chokepoint.ServiceDefaults.Tests.Http;

public sealed class DrainTests
{
    [Fact]
    public async Task A_service_asked_to_end_says_so_and_answers_while_someone_is_connected()
    {
        await using var service = await RunningService.StartAsync(api => api.MapGet("/x", () => "answered"));
        using (var before = await service.Client.GetAsync("/api/tests/x"))
            before.Headers.ConnectionClose.ShouldNotBe(true);
        using (var ready = await service.Client.GetAsync("/ready"))
            ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var kept = await service.ConnectAsync();

        var end = service.EndAsync();
        using (var meanwhile = await service.Client.GetAsync("/api/tests/x"))
        {
            (await meanwhile.Content.ReadAsStringAsync()).ShouldBe("answered");
            meanwhile.Headers.ConnectionClose.ShouldBe(true);
        }
        using (var ready = await service.Client.GetAsync("/ready"))
        {
            ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await ready.JsonAsync())["checks"]!["process"]!["status"]!.GetValue<string>().ShouldBe("unhealthy");
        }
        using (var alive = await service.Client.GetAsync("/alive"))
            alive.StatusCode.ShouldBe(HttpStatusCode.OK);
        end.IsCompleted.ShouldBeFalse();

        await kept.DisposeAsync();
        await end.WaitAsync(TimeSpan.FromSeconds(20));
        await Should.ThrowAsync<HttpRequestException>(() => service.Client.GetAsync("/alive"));
    }

    [Fact]
    public async Task A_connection_that_nobody_closes_does_not_keep_a_service_from_its_end()
    {
        await using var service = await RunningService.StartAsync(api => api.MapGet("/x", () => "answered"));
        using (await service.Client.GetAsync("/api/tests/x"))
            await service.EndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_service_asked_to_end_while_it_starts_ends_without_a_fault()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = ["--urls=http://127.0.0.1:0"] });
        builder.AddProcessDefaults(service: "test-service");
        builder.Services.AddHostedService<AskedWhileStarting>();
        var app = builder.Build();

        await Task.Run(app.RunUntilAsked).WaitAsync(TimeSpan.FromSeconds(30));
    }

    private sealed class AskedWhileStarting(IHostApplicationLifetime process) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            process.StopApplication();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
