using System.Diagnostics;
using Chokepoint.ServiceDefaults.Tests.Database;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.ServiceDefaults.Tests.Telemetry;

public sealed class TelemetryTests(ServersFixture servers)
{
    private const string Secret = "hunter2-the-secret";

    private static readonly ActivitySource Source = new("Chokepoint.Tests");
    private static readonly System.Diagnostics.Metrics.Meter Meter = new("Chokepoint.Tests");
    private static readonly System.Diagnostics.Metrics.Counter<int> Counter = Meter.CreateCounter<int>("chokepoint.tests.counted");

    private static async Task<RunningService> StartAsync(Collector collector, string database) => await (await RunningService.StartAsync(api =>
    {
        api.MapPost("/things/{id}", async (int id, NewThing thing, TestDbContext db, ILogger<TelemetryTests> log) =>
        {
            using var span = Source.StartActivity("weigh");
            Counter.Add(1);
            log.LogInformation("Weighed {Id}", id);
            await db.ControlThings.Where(stored => stored.OfficialTitle == thing.Title).CountAsync();
            return TypedResults.Ok(Activity.Current?.TraceId.ToHexString());
        });
        api.MapGet("/broken", IResult () => throw new InvalidDataException("broken"));
    }, builder =>
    {
        builder.Configuration["ConnectionStrings:testdb"] = database;
        builder.AddServiceDatabase<TestDbContext>("testdb");
        builder.Services.ConfigureDbContext<TestDbContext>(options => options.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning)));
    }, configureFirst: builder =>
    {
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address;
        builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
    }, keepLogs: true)).ReadyAsync();

    [Fact]
    public async Task One_trace_holds_the_request_its_work_its_queries_and_its_logs_and_no_secret()
    {
        await using var collector = await Collector.StartAsync();
        var database = await servers.CreateDatabaseAsync();
        var service = await StartAsync(collector, database);
        service.Client.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var answer = await service.PostAsync($"/api/tests/things/7?token={Secret}", $$"""{"title":"{{Secret}}"}""");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("\"0af7651916cd43dd8448eb211c80319c\"");
        using var broken = await service.Client.GetAsync("/api/tests/broken");
        await broken.ProblemAsync(500, "internal");
        using var ready = await service.Client.GetAsync("/ready");
        await service.DisposeAsync(); // the stop flushes what is held

        var (traces, logs, metrics) = (collector.Text("traces"), collector.Text("logs"), collector.Text("metrics"));
        foreach (var expected in (string[])["test-service", "POST /api/tests/things/{id}", "/api/tests/things/7", "weigh", "count(*)", "http.response.status_code", "enduser.id", "System.IO.InvalidDataException"])
            traces.ShouldContain(expected);
        logs.ShouldContain("Weighed 7");
        foreach (var expected in (string[])["chokepoint.tests.counted", "http.server.request.duration", "db.client.", "dotnet.gc.collections"])
            metrics.ShouldContain(expected);

        var trace = System.Text.Encoding.Latin1.GetString(Convert.FromHexString("0af7651916cd43dd8448eb211c80319c"));
        (traces.Split(trace).Length - 1).ShouldBeGreaterThanOrEqualTo(3, "the request, the work and the query are of one trace");
        logs.ShouldContain(trace);

        traces.ShouldNotContain("/ready");
        traces.ShouldNotContain("SELECT 1");
        var password = new NpgsqlConnectionStringBuilder(database).Password;
        foreach (var signal in (string[])[traces, logs, metrics])
        {
            signal.ShouldNotContain(Secret);
            signal.ShouldNotContain(RunningService.OpsKey);
            if (!string.IsNullOrEmpty(password))
                signal.ShouldNotContain(password);
        }
    }

    [Fact]
    public async Task A_collector_that_is_away_holds_up_neither_requests_nor_the_stop()
    {
        var collector = await Collector.StartAsync();
        var service = await StartAsync(collector, await servers.CreateDatabaseAsync());
        await collector.DisposeAsync();
        using var answer = await service.PostAsync("/api/tests/things/7", """{"title":"x"}""");
        ((int)answer.StatusCode).ShouldBe(200);
        var since = Stopwatch.GetTimestamp();
        await service.DisposeAsync();
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(9));
    }
}
