using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chokepoint.Gateway.Tests.Operations;

public sealed record Letter(Guid Id, string Reason);

public sealed record Waiting(long Outbox, double OldestOutboxSeconds, long Quarantined, long DeadLetters);

public sealed class OperationsTests
{
    private static Task<Backend> ServiceAsync(string area, params Letter[] letters) => Backend.StartAsync(area, operations: ops =>
    {
        ops.MapGet("/", () => TypedResults.Ok(new Waiting(1, 0.5, 0, letters.Length))).WithName("GetMessagingState").WithSummary("state");
        ops.MapGet("/dead-letters", (PageRequest page) =>
        {
            var after = page.After<Guid?>()?.ToString() ?? "";
            var found = letters.OrderBy(letter => letter.Id.ToString(), StringComparer.Ordinal)
                .Where(letter => string.CompareOrdinal(letter.Id.ToString(), after) > 0).Take(page.Take).ToArray();
            return TypedResults.Ok(Page.From(found, page, letter => letter.Id));
        }).WithName("ListDeadLetters").WithSummary("list");
        ops.MapPost("/dead-letters/{id:guid}/replay", (Guid id) => TypedResults.Accepted((string?)null)).WithName("ReplayDeadLetter").WithSummary("replay");
    });

    private static async Task<HttpResponseMessage> GetAsync(RunningGateway gateway, string path, string key = Backend.Key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await gateway.Client.SendAsync(request);
    }

    private static Letter Letter(int second, string reason) => new(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(second)), reason);

    [Fact]
    public async Task A_services_operations_are_reached_through_the_gateway_and_are_its_own_to_refuse()
    {
        await using var risk = await ServiceAsync("risk", Letter(1, "one"));
        await using var gateway = RunningGateway.Start(("risk", [Backend.Nobody(), risk.Address]));
        using var list = await GetAsync(gateway, "/api/ops/risk/dead-letters");
        list.StatusCode.ShouldBe(HttpStatusCode.OK);
        list.Headers.ETag.ShouldNotBeNull();
        (await list.JsonAsync())["items"]!.AsArray().Count.ShouldBe(1);
        using var state = await GetAsync(gateway, "/api/ops/risk");
        (await state.JsonAsync())["deadLetters"]!.GetValue<int>().ShouldBe(1);
        using var refused = await GetAsync(gateway, "/api/ops/risk/dead-letters", "not a key");
        await refused.ProblemAsync(401, "unauthenticated");
        using var nobody = await GetAsync(gateway, "/api/ops/nonsense/dead-letters");
        await nobody.ProblemAsync(404, "not-found");
    }

    [Fact]
    public async Task Lists_of_all_services_are_one_list_in_the_order_of_time_page_by_page()
    {
        await using var risk = await ServiceAsync("risk", Letter(1, "a"), Letter(4, "d"), Letter(5, "e"));
        await using var trade = await ServiceAsync("trade", Letter(2, "b"), Letter(3, "c"));
        await using var gateway = RunningGateway.Start(("risk", [risk.Address]), ("trade", [trade.Address]), ("prices", [Backend.Nobody()]));

        var seen = new List<string>();
        var pages = 0;
        for (var path = "/api/ops/dead-letters?limit=2"; ; pages++)
        {
            using var answer = await GetAsync(gateway, path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Headers.ETag.ShouldNotBeNull();
            var page = await answer.JsonAsync();
            seen.AddRange(page["items"]!.AsArray().Select(item => $"{item!["service"]} {item["reason"]}"));
            page["unavailable"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["controls", "prices", "notifications"]);
            if (page["nextCursor"] is not { } cursor)
                break;
            path = $"/api/ops/dead-letters?limit=2&cursor={cursor}";
        }
        seen.ShouldBe(["risk a", "trade b", "trade c", "risk d", "risk e"]);
        pages.ShouldBe(2);

        using var one = await GetAsync(gateway, "/api/ops/dead-letters?service=trade");
        (await one.JsonAsync())["items"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_overview_counts_by_service_and_says_who_does_not_answer()
    {
        await using var risk = await ServiceAsync("risk", Letter(1, "a"));
        await using var gateway = RunningGateway.Start(("risk", [risk.Address]), ("trade", [Backend.Nobody()]));
        using var answer = await GetAsync(gateway, "/api/ops");
        var items = (await answer.JsonAsync())["items"]!.AsArray().ToDictionary(item => item!["service"]!.GetValue<string>(), StringComparer.Ordinal);
        items["risk"]!["deadLetters"]!.GetValue<int>().ShouldBe(1);
        items["trade"]!["answers"]!.GetValue<bool>().ShouldBeFalse();
        items["trade"]!["deadLetters"].ShouldBeNull();
    }

    [Theory]
    [InlineData("/api/ops/dead-letters?limit=501", 422, "invalid")]
    [InlineData("/api/ops/dead-letters?cursor=nonsense", 400, "malformed")]
    [InlineData("/api/ops/dead-letters?service=nonsense", 422, "invalid")]
    public async Task A_bad_question_is_refused_by_name(string path, int status, string slug)
    {
        await using var risk = await ServiceAsync("risk");
        await using var gateway = RunningGateway.Start(("risk", [risk.Address]));
        using var answer = await GetAsync(gateway, path);
        await answer.ProblemAsync(status, slug);
    }

    [Theory]
    [InlineData("/api/ops/dead-letters?limit=0")]
    [InlineData("/api/ops/dead-letters?cursor=nonsense")]
    [InlineData("/api/ops/quarantine?service=nonsense")]
    [InlineData("/api/ops/audit?since=soon")]
    public async Task What_is_wrong_with_a_question_is_told_to_nobody_without_a_key(string path)
    {
        await using var risk = await ServiceAsync("risk");
        await using var gateway = RunningGateway.Start(("risk", [risk.Address]));
        using var none = await gateway.Client.GetAsync(path);
        await none.ProblemAsync(401, "unauthenticated");
        none.Headers.WwwAuthenticate.ShouldNotBeEmpty();
        using var wrong = await GetAsync(gateway, path, "not a key");
        await wrong.ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_service_that_is_asked_too_fast_is_heard_with_its_time_to_come_back()
    {
        await using var risk = await Backend.StartAsync("risk", operations: ops => ops.MapGet("/dead-letters", (HttpContext http) =>
        {
            http.Response.Headers.RetryAfter = "7";
            return Problems.Of(ProblemKind.TooManyRequests, "Too fast.");
        }));
        await using var gateway = RunningGateway.Start(("risk", [risk.Address]));
        using var answer = await GetAsync(gateway, "/api/ops/dead-letters");
        await answer.ProblemAsync(429, "too-many-requests");
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Without_a_key_with_a_wrong_one_and_with_no_service_up_nothing_is_told()
    {
        await using var risk = await ServiceAsync("risk");
        await using (var gateway = RunningGateway.Start(("risk", [risk.Address])))
        {
            using var none = await gateway.Client.GetAsync("/api/ops");
            await none.ProblemAsync(401, "unauthenticated");
            none.Headers.WwwAuthenticate.ShouldNotBeEmpty();
            using var wrong = await GetAsync(gateway, "/api/ops/quarantine", "not a key");
            await wrong.ProblemAsync(401, "unauthenticated");
        }
        await using var alone = RunningGateway.Start(("risk", [Backend.Nobody()]));
        using var down = await GetAsync(alone, "/api/ops");
        await down.ProblemAsync(503, "unavailable");
    }

    [Fact]
    public async Task The_reference_has_the_operations_of_every_service_each_by_a_name_of_its_own()
    {
        await using var risk = await ServiceAsync("risk");
        await using var trade = await ServiceAsync("trade");
        await using var gateway = RunningGateway.Start(("risk", [risk.Address]), ("trade", [trade.Address]));
        using var answer = await gateway.Client.GetAsync("/docs/openapi.json");
        var paths = (await answer.JsonAsync())["paths"]!.AsObject();
        foreach (var path in (string[])["/api/ops", "/api/ops/dead-letters", "/api/ops/risk/dead-letters", "/api/ops/trade/dead-letters"])
            paths.ContainsKey(path).ShouldBeTrue(path);
        var operations = paths.SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!).ToArray();
        operations.Select(operation => operation["operationId"]!.GetValue<string>()).ShouldBeUnique();
        operations.ShouldAllBe(operation => operation["tags"]![0]!.GetValue<string>() == "Operations");
        using var own = await gateway.Client.GetAsync("/api/ops/openapi.json");
        (await own.JsonAsync())["openapi"]!.GetValue<string>().ShouldStartWith("3.1");
    }
}
