using System.Net;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chokepoint.ServiceDefaults.Tests.Database;

public sealed class DatabaseTests(ServersFixture servers)
{
    internal static async Task<RunningService> StartAsync(
        string connectionString, Action<Microsoft.AspNetCore.Routing.RouteGroupBuilder>? map = null, bool operations = false) =>
        await RunningService.StartAsync(map ?? (_ => { }), builder =>
        {
            builder.Configuration["ConnectionStrings:testdb"] = connectionString;
            builder.AddServiceDatabase<TestDbContext>("testdb");

            // The hand-written migration has no model snapshot beside it to compare with.
            builder.Services.ConfigureDbContext<TestDbContext>(options => options.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning)));
        }, operations: operations);

    [Fact]
    public async Task The_migrations_are_applied_and_names_are_in_snake_case()
    {
        await using var service = await StartAsync(await servers.CreateDatabaseAsync(), api => api.MapPost("/things/{title}", async (string title, TestDbContext db) =>
        {
            db.Add(new ControlThing { OfficialTitle = title, PartList = { new ThingPart { HSCode6 = "811292" } } });
            await db.SaveChangesAsync();
            return TypedResults.NoContent();
        }));
        await service.ReadyAsync();
        using var posted = await service.PostAsync("/api/tests/things/gallium", "");
        posted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var ready = await service.Client.GetAsync("/ready");
        (await ready.JsonAsync())["checks"]!["postgres"]!["status"]!.GetValue<string>().ShouldBe("healthy");

        var model = service.Services.GetRequiredService<IDbContextFactory<TestDbContext>>().CreateDbContext().Model;
        var thing = model.FindEntityType(typeof(ControlThing))!;
        thing.GetTableName().ShouldBe("control_things");
        thing.FindPrimaryKey()!.GetName().ShouldBe("pk_control_things");
        thing.GetIndexes().Single().GetDatabaseName().ShouldBe("ix_control_things_official_title");
        model.FindEntityType(typeof(ThingPart))!.GetTableName().ShouldBe("Explicit_Parts");
        await using var command = service.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT hs_code6 FROM \"Explicit_Parts\"");
        (await command.ExecuteScalarAsync()).ShouldBe("811292");
    }

    [Theory]
    [InlineData("a%00b", 422, "invalid")]
    [InlineData("twice", 409, "conflict")]
    public async Task What_postgres_refuses_is_the_callers_to_correct(string title, int status, string slug)
    {
        await using var service = await StartAsync(await servers.CreateDatabaseAsync(), api => api.MapPost("/things", async (string title, TestDbContext db) =>
        {
            db.Add(new ControlThing { Id = 7, OfficialTitle = "twice" });
            await db.SaveChangesAsync();
            db.ChangeTracker.Clear();
            db.Add(new ControlThing { Id = title is "twice" ? 7 : 8, OfficialTitle = title });
            await db.SaveChangesAsync();
        }));
        await service.ReadyAsync();
        using var answer = await service.PostAsync("/api/tests/things?title=" + title, "");
        await answer.ProblemAsync(status, slug);
    }

    [Fact]
    public async Task Replicas_start_on_one_empty_database_together()
    {
        var database = await servers.CreateDatabaseAsync();
        var replicas = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync(database)));
        foreach (var replica in replicas)
        {
            await replica.ReadyAsync();
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_replica_migrates_when_the_one_before_it_has_let_go()
    {
        var database = await servers.CreateDatabaseAsync();
        await using var before = new NpgsqlConnection(database);
        await before.OpenAsync();
        await using (var turn = new NpgsqlCommand("SELECT pg_advisory_lock(hashtext('migrations'))", before))
            await turn.ExecuteNonQueryAsync();

        await using var service = await StartAsync(database);
        using (var early = await service.Client.GetAsync("/ready"))
            early.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await using (var tables = new NpgsqlCommand("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", before))
            (await tables.ExecuteScalarAsync()).ShouldBe(0L);

        await using (var letGo = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", before))
            await letGo.ExecuteNonQueryAsync();
        await service.ReadyAsync();
    }

    [Fact]
    public async Task A_database_that_is_missing_is_made_by_one_of_the_replicas()
    {
        var missing = new NpgsqlConnectionStringBuilder(await servers.CreateDatabaseAsync()) { Database = "missing" + Guid.NewGuid().ToString("N") };
        var replicas = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => StartAsync(missing.ConnectionString)));
        foreach (var replica in replicas)
        {
            await replica.ReadyAsync();
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_database_that_goes_and_comes_back_is_503_meanwhile_and_needs_no_restart()
    {
        await using var own = await ServersFixture.StartOwnAsync();
        var database = await own.CreateDatabaseAsync(CancellationToken.None);
        await own.StopPostgresAsync();

        await using var service = await StartAsync(database, api => api.MapGet("/things", async (TestDbContext db) => TypedResults.Ok(await db.ControlThings.CountAsync())));
        (await service.Client.GetAsync("/alive")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await service.Client.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        using var early = await service.Client.GetAsync("/api/tests/things");
        await early.ProblemAsync(503, "unavailable");
        early.Headers.RetryAfter.ShouldNotBeNull();

        await own.StartPostgresAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(async () => (await service.Client.GetAsync("/api/tests/things")).StatusCode is HttpStatusCode.OK);
        (await service.Client.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await own.KillPostgresAsync();
        using var gone = await service.Client.GetAsync("/api/tests/things");
        await gone.ProblemAsync(503, "unavailable");
        gone.Headers.RetryAfter.ShouldNotBeNull();
        var ready = await service.Client.GetAsync("/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.JsonAsync())["checks"]!["postgres"]!["status"]!.GetValue<string>().ShouldBe("unhealthy");
        (await service.Client.GetAsync("/alive")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await own.StartPostgresAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(async () => (await service.Client.GetAsync("/api/tests/things")).StatusCode is HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_pool_with_no_connection_free_is_503_and_not_500()
    {
        var database = await servers.CreateDatabaseAsync();
        await using var service = await StartAsync(database + ";Maximum Pool Size=1;Timeout=1", api =>
            api.MapGet("/slow", async (NpgsqlDataSource source, HttpContext http) =>
            {
                await using var command = source.CreateCommand("SELECT pg_sleep(4)");
                await command.ExecuteNonQueryAsync(http.RequestAborted);
            }));
        await service.ReadyAsync();
        using var stop = new CancellationTokenSource();
        var first = service.Client.GetAsync("/api/tests/slow", stop.Token);
        using var second = await service.Client.GetAsync("/api/tests/slow", stop.Token);
        using var answer = second.StatusCode is HttpStatusCode.ServiceUnavailable ? second : await first;
        await answer.ProblemAsync(503, "unavailable");
        await stop.CancelAsync();
    }
}
