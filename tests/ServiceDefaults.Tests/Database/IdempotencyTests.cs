using System.Net;
using System.Text;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Chokepoint.ServiceDefaults.Tests.Database;

public sealed record NewThing(string Title);

public sealed class IdempotencyTests(ServersFixture servers) : IAsyncLifetime
{
    private readonly SemaphoreSlim _entered = new(0);
    private readonly SemaphoreSlim _leave = new(0);
    private RunningService _service = null!;
    private string _database = null!;
    private int _handled;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync();
        _service = await StartAsync();
    }

    private async Task<RunningService> StartAsync() => await (await DatabaseTests.StartAsync(_database, api =>
    {
        api.MapPost("/things", StoreAsync);
        api.MapPost("/atomic", StoreAsync).WithAtomicIdempotency<TestDbContext>();
    })).ReadyAsync();

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _entered.Dispose();
        _leave.Dispose();
    }

    private async Task<IResult> StoreAsync(NewThing thing, TestDbContext db, HttpContext http)
    {
        Interlocked.Increment(ref _handled);
        var row = new ControlThing { OfficialTitle = thing.Title };
        db.Add(row);
        await db.SaveChangesAsync();
        if (thing.Title is "slow")
        {
            _entered.Release();
            await _leave.WaitAsync();
        }
        if (thing.Title is "refused")
            return ServiceDefaults.Problems.Conflict("Not this one.");
        if (thing.Title is "broken")
            throw new InvalidDataException("broken");
        http.SetETag(ETags.OfVersion(1));
        return TypedResults.Created($"/api/tests/things/{row.Id}", new { row.Id });
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tests/" + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await _service.Client.SendAsync(request);
    }

    private async Task<int> StoredAsync()
    {
        await using var db = await _service.Services.GetRequiredService<IDbContextFactory<TestDbContext>>().CreateDbContextAsync();
        return await db.ControlThings.CountAsync();
    }

    [Theory]
    [InlineData("things")]
    [InlineData("atomic")]
    public async Task The_same_request_with_the_same_key_is_carried_out_once_and_answered_alike(string path)
    {
        using var first = await PostAsync(path, """{"title":"gallium"}""", "k1");
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        first.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        using var second = await PostAsync(path, """{ "title" : "gallium" }""", "k1");
        second.StatusCode.ShouldBe(HttpStatusCode.Created);
        second.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        second.Headers.Location.ShouldBe(first.Headers.Location);
        second.Headers.ETag.ShouldBe(first.Headers.ETag);
        second.Content.Headers.ContentType.ShouldBe(first.Content.Headers.ContentType);
        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        _handled.ShouldBe(1);
        (await StoredAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_kept_answer_is_not_readable_in_the_database()
    {
        using var answer = await PostAsync("things", """{"title":"x"}""", "a-key-of-mine");
        var source = _service.Services.GetRequiredService<NpgsqlDataSource>();
        await using var command = source.CreateCommand("SELECT convert_from(body, 'LATIN1') || encode(key, 'escape') FROM http.answer");
        var kept = (string)(await command.ExecuteScalarAsync())!;
        kept.ShouldNotContain("\"id\"");
        kept.ShouldNotContain("a-key-of-mine");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"id\"");
    }

    [Fact]
    public async Task Without_a_key_and_with_another_key_it_is_another_request()
    {
        foreach (var key in (string?[])[null, null, "a", "b"])
            (await PostAsync("things", """{"title":"x"}""", key)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await StoredAsync()).ShouldBe(4);
    }

    [Fact]
    public async Task A_key_used_for_another_request_is_refused()
    {
        (await PostAsync("things", """{"title":"x"}""", "k")).StatusCode.ShouldBe(HttpStatusCode.Created);
        using var body = await PostAsync("things", """{"title":"y"}""", "k");
        await body.ProblemAsync(422, "idempotency-key-reused");
        using var path = await PostAsync("atomic", """{"title":"x"}""", "k");
        await path.ProblemAsync(422, "idempotency-key-reused");
        (await StoredAsync()).ShouldBe(1);
    }

    [Theory]
    [InlineData("things")]
    [InlineData("atomic")]
    public async Task While_the_first_is_under_way_the_second_is_told_to_wait(string path)
    {
        var first = PostAsync(path, """{"title":"slow"}""", "k");
        (await _entered.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeTrue();
        using var second = await PostAsync(path, """{"title":"slow"}""", "k");
        await second.ProblemAsync(409, "in-progress");
        second.Headers.RetryAfter.ShouldNotBeNull();
        _leave.Release();
        using var answer = await first;
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var third = await PostAsync(path, """{"title":"slow"}""", "k");
        third.Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
        (await StoredAsync()).ShouldBe(1);
    }

    [Theory]
    [InlineData("refused", 409)]
    [InlineData("broken", 500)]
    public async Task An_atomic_write_that_is_refused_or_breaks_leaves_nothing_and_keeps_no_answer(string title, int status)
    {
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            using var answer = await PostAsync("atomic", $$"""{"title":"{{title}}"}""", "k");
            ((int)answer.StatusCode).ShouldBe(status);
            _handled.ShouldBe(attempt);
            (await StoredAsync()).ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_connection_lost_before_the_commit_leaves_nothing_and_the_key_free()
    {
        var first = PostAsync("atomic", """{"title":"slow"}""", "k");
        (await _entered.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeTrue();

        // To the database a dead process and a cut connection are the same.
        await using (var admin = new NpgsqlConnection(_database))
        {
            await admin.OpenAsync();
            await using var cut = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", admin);
            await cut.ExecuteScalarAsync();
        }
        _leave.Release();
        ((int)(await first).StatusCode).ShouldBe(503);
        (await StoredAsync()).ShouldBe(0);

        _leave.Release();
        using var second = await PostAsync("atomic", """{"title":"slow"}""", "k");
        second.StatusCode.ShouldBe(HttpStatusCode.Created);
        second.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        (await StoredAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_is_kept_over_a_restart_and_forgotten_after_a_day()
    {
        (await PostAsync("things", """{"title":"x"}""", "k")).StatusCode.ShouldBe(HttpStatusCode.Created);
        await _service.DisposeAsync();
        _service = await StartAsync();
        (await PostAsync("things", """{"title":"x"}""", "k")).Headers.Contains("Idempotency-Replayed").ShouldBeTrue();

        var source = _service.Services.GetRequiredService<NpgsqlDataSource>();
        await using (var age = source.CreateCommand("UPDATE http.answer SET answered_at = now() - interval '25 hours'"))
            await age.ExecuteNonQueryAsync();
        (await PostAsync("things", """{"title":"x"}""", "k")).Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        (await StoredAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task Many_keyed_writes_at_once_do_not_wait_for_each_other_forever()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => PostAsync("things", """{"title":"x"}""", $"k{i}")));
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created);
        (await StoredAsync()).ShouldBe(60);
    }
}
