using System.Net;
using System.Text.Json.Nodes;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chokepoint.ServiceDefaults.Tests.Database;

public sealed class AuditTests(ServersFixture servers) : IAsyncLifetime
{
    private RunningService _service = null!;
    private string _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync();
        _service = await StartAsync();
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private async Task<RunningService> StartAsync() => await (await DatabaseTests.StartAsync(_database, api =>
    {
        api.MapPost("/things", async (NewThing thing, TestDbContext db) =>
        {
            db.Add(new ControlThing { OfficialTitle = thing.Title });
            await db.SaveChangesAsync();
            return thing.Title is "broken" ? throw new InvalidDataException("broken") : TypedResults.Created("/api/tests/things/7", thing);
        });
        api.MapPost("/begun", async (NpgsqlDataSource source) =>
        {
            // On another connection, as another process would look: the entry was committed before this began.
            await using var command = source.CreateCommand("SELECT count(*) FROM http.audit WHERE path = '/api/tests/begun' AND status IS NULL");
            return TypedResults.Ok((long)(await command.ExecuteScalarAsync())!);
        });
        api.MapPost("/questions", (NewThing thing) => TypedResults.Ok(thing)).ChangesNothing();
        api.MapGet("/things", () => TypedResults.Ok(1));
        api.MapDelete("/things/{id:int}", (int id) => ServiceDefaults.Problems.NotFound("There is none."));
    }, operations: true)).ReadyAsync();

    private async Task<JsonNode[]> EntriesAsync(string query = "")
    {
        using var answer = await _service.Client.GetAsync("/api/ops/tests/audit" + query);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return [.. (await answer.JsonAsync())["items"]!.AsArray().Select(item => item!)];
    }

    private Task EndedAsync(int entries) => Eventually.IsTrueAsync(async () =>
        await EntriesAsync() is var all && all.Length == entries && all.All(entry => entry["status"] is not null));

    [Fact]
    public async Task A_write_is_recorded_with_its_caller_its_outcome_and_its_resource_and_without_its_content()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tests/things?token=a-secret-in-the-query")
        {
            Content = new StringContent("""{"title":"a secret in the body"}""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", "a-key-of-mine");
        (await _service.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Created);
        await EndedAsync(1);

        var entry = (await EntriesAsync()).Single();
        entry["key"]!.GetValue<string>().ShouldBe("ops");
        entry["method"]!.GetValue<string>().ShouldBe("POST");
        entry["path"]!.GetValue<string>().ShouldBe("/api/tests/things");
        entry["resource"]!.GetValue<string>().ShouldBe("/api/tests/things/7");
        entry["status"]!.GetValue<int>().ShouldBe(201);
        entry["traceId"]!.GetValue<string>().Length.ShouldBe(32);
        entry["idempotencyKey"]!.GetValue<string>().ShouldBe(Convert.ToHexStringLower(AnswerSeal.NameOf("a-key-of-mine")));

        await using var command = _service.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT string_agg(a::text, '') FROM http.audit a");
        var stored = (string)(await command.ExecuteScalarAsync())!;
        stored.ShouldNotContain("secret");
        stored.ShouldNotContain("a-key-of-mine");
        stored.ShouldNotContain(RunningService.OpsKey);
    }

    [Fact]
    public async Task The_entry_is_committed_before_the_write_is_carried_out()
    {
        using var answer = await _service.PostAsync("/api/tests/begun", "");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("1");
        await EndedAsync(1);
    }

    [Fact]
    public async Task A_write_waits_for_its_entry_and_what_is_wrong_with_it_is_said_meanwhile()
    {
        var source = _service.Services.GetRequiredService<NpgsqlDataSource>();
        await using var holding = await source.OpenConnectionAsync();
        await using var held = await holding.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand("LOCK TABLE http.audit IN ACCESS EXCLUSIVE MODE", holding, held))
            await take.ExecuteNonQueryAsync();

        var write = _service.PostAsync("/api/tests/things", """{"title":"waits"}""");
        (await _service.PostAsync("/api/tests/things", """{"nonsense":1}""")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        await using (var count = source.CreateCommand("SELECT count(*) FROM control_things"))
            (await count.ExecuteScalarAsync()).ShouldBe(0L);
        write.IsCompleted.ShouldBeFalse();

        await held.CommitAsync();
        (await write).StatusCode.ShouldBe(HttpStatusCode.Created);
        await EndedAsync(2);
    }

    [Fact]
    public async Task Refused_and_broken_writes_are_recorded_reads_and_questions_are_not()
    {
        (await _service.Client.GetAsync("/api/tests/things")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _service.PostAsync("/api/tests/questions", """{"title":"x"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _service.Client.DeleteAsync("/api/tests/things/9")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _service.PostAsync("/api/tests/things", """{"nonsense":1}""")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await _service.PostAsync("/api/tests/things", """{"title":"broken"}""")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        await EndedAsync(3);
        (await EntriesAsync()).Select(entry => entry["status"]!.GetValue<int>()).ShouldBe([500, 422, 404]); // newest first
    }

    [Fact]
    public async Task The_log_is_paged_and_narrowed_by_time_and_key()
    {
        for (var i = 0; i < 5; i++)
            await _service.PostAsync("/api/tests/things", """{"title":"x"}""");
        await EndedAsync(5);
        var all = (await EntriesAsync()).Select(entry => entry["id"]!.GetValue<string>()).ToArray();

        using var answer = await _service.Client.GetAsync("/api/ops/tests/audit?limit=2");
        var first = await answer.JsonAsync();
        var rest = await EntriesAsync($"?limit=3&cursor={first["nextCursor"]}");
        first["items"]!.AsArray().Concat(rest).Select(entry => entry!["id"]!.GetValue<string>()).ShouldBe(all);
        (await EntriesAsync("?key=ops")).Length.ShouldBe(5);
        (await EntriesAsync("?key=another")).ShouldBeEmpty();
        (await EntriesAsync("?since=2020-01-01T00:00:00Z")).Length.ShouldBe(5);
        (await EntriesAsync("?since=2120-01-01T00:00:00Z")).ShouldBeEmpty();
        (await EntriesAsync("?until=2020-01-01T00:00:00Z")).ShouldBeEmpty();
        using var unreadable = await _service.Client.GetAsync("/api/ops/tests/audit?since=yesterday");
        (await unreadable.ProblemAsync(400, "malformed"))["errors"]!["/since"].ShouldNotBeNull();
        using var backwards = await _service.Client.GetAsync("/api/ops/tests/audit?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z");
        (await backwards.ProblemAsync(422, "invalid")).Error("/until").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Entries_are_forgotten_after_their_retention_and_kept_over_a_restart()
    {
        await _service.PostAsync("/api/tests/things", """{"title":"old"}""");
        await _service.PostAsync("/api/tests/things", """{"title":"new"}""");
        await EndedAsync(2);
        await using (var age = _service.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "UPDATE http.audit SET at = now() - interval '91 days' WHERE id = (SELECT id FROM http.audit ORDER BY id LIMIT 1)"))
            await age.ExecuteNonQueryAsync();
        await _service.DisposeAsync();
        _service = await StartAsync();
        await Eventually.IsTrueAsync(async () => (await EntriesAsync()).Length == 1);
    }

    [Fact]
    public async Task A_write_that_has_been_answered_has_its_outcome_after_a_stop_at_once()
    {
        (await _service.PostAsync("/api/tests/things", """{"title":"last"}""")).StatusCode.ShouldBe(HttpStatusCode.Created);
        await _service.DisposeAsync();
        _service = await StartAsync();
        (await EntriesAsync()).Single()["status"]!.GetValue<int>().ShouldBe(201);
    }
}
