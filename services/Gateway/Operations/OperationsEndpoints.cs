using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Chokepoint.Gateway.Forwarding;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Chokepoint.Gateway.Operations;

/// <summary>What waits in one service; the figures are null where it does not answer.</summary>
internal sealed record ServiceOverview(string Service, bool Answers, long? Outbox, double? OldestOutboxSeconds, long? Quarantined, long? DeadLetters);

internal sealed record Overview(IReadOnlyList<ServiceOverview> Items, string? NextCursor);

/// <summary>
/// <c>/api/ops</c> over all services at once; what concerns one service is that service's, at <c>/api/ops/{service}</c>.
/// </summary>
internal static class OperationsEndpoints
{
    public static void AddPlatformOperations(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EveryService>();
        builder.Services.AddServiceDocument("Chokepoint: operations", area: "ops");
    }

    public static void MapPlatformOperations(this WebApplication app)
    {
        app.UseMiddleware<AskerFirst>();
        app.MapOpenApi("/api/ops/openapi.json").WithHead();
        var ops = app.MapGroup("/api/ops").WithETags().WithHead();
        ops.MapGet("/", OverviewAsync).WithName("GetOverview").WithSummary("What waits in each service: outbox, quarantine, dead letters");
        ops.MapRebuild();
        ops.MapGet("/dead-letters", (HttpContext http, PageRequest page, EveryService services, string? service = null, CancellationToken cancellationToken = default) =>
                ListAsync(http, page, services, "dead-letters", service, newestFirst: false, cancellationToken))
            .WithName("ListAllDeadLetters").WithSummary("Dead letters of all services, oldest first");
        ops.MapGet("/quarantine", (HttpContext http, PageRequest page, EveryService services, string? service = null, CancellationToken cancellationToken = default) =>
                ListAsync(http, page, services, "quarantine", service, newestFirst: false, cancellationToken))
            .WithName("ListAllQuarantined").WithSummary("Quarantined events of all services, oldest first");
        // since, until and key pass to the services, which check them; they are named here for the reference.
        ops.MapGet("/audit", (
                HttpContext http, PageRequest page, EveryService services, string? service = null, DateTimeOffset? since = null, DateTimeOffset? until = null,
                string? key = null, CancellationToken cancellationToken = default) =>
                ListAsync(http, page, services, "audit", service, newestFirst: true, cancellationToken))
            .WithName("ListAllWrites").WithSummary("Audit log of all services: every write, newest first");
    }

    private static async Task<Results<Ok<Overview>, JsonHttpResult<JsonObject>>> OverviewAsync(
        HttpContext http, EveryService services, CancellationToken cancellationToken)
    {
        var answers = await services.AskAsync(http, area => $"api/ops/{area.Name}", only: null, cancellationToken);
        if (Refusal(http, answers) is { } refusal)
            return refusal;
        return TypedResults.Ok(new Overview(
            [.. answers.Select(answer => new ServiceOverview(
                answer.Service,
                answer.IsOk,
                answer.IsOk ? answer.Content!["outbox"]?.GetValue<long>() : null,
                answer.IsOk ? answer.Content!["oldestOutboxSeconds"]?.GetValue<double>() : null,
                answer.IsOk ? answer.Content!["quarantined"]?.GetValue<long>() : null,
                answer.IsOk ? answer.Content!["deadLetters"]?.GetValue<long>() : null))],
            NextCursor: null));
    }

    private static async Task<Results<Ok<MergedPage>, JsonHttpResult<JsonObject>>> ListAsync(
        HttpContext http, PageRequest page, EveryService services, string list, string? service, bool newestFirst, CancellationToken cancellationToken)
    {
        if (service is not null && Area.All.All(area => area.Name != service))
            throw ProblemException.Invalid("/service", $"Must be one of {string.Join(", ", Area.All.Select(area => area.Name))}.");
        page.After<Guid?>(); // refused here, by its name
        var query = http.Request.Query.Where(pair => pair.Key is not ("service" or "limit"))
            .SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value)))
            .Append(KeyValuePair.Create("limit", (string?)page.Limit.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        var answers = await services.AskAsync(http, area => QueryHelpers.AddQueryString($"api/ops/{area.Name}/{list}", query), service, cancellationToken);
        if (Refusal(http, answers) is { } refusal)
            return refusal;
        return TypedResults.Ok(MergedList.Of(answers, page.Limit, newestFirst));
    }

    /// <summary>What a service says of the request itself holds for all of them: its problem is the answer. None at all is 503.</summary>
    public static JsonHttpResult<JsonObject>? Refusal(HttpContext http, IReadOnlyList<ServiceAnswer> answers)
    {
        if (answers.FirstOrDefault(answer => answer is { Status: >= 400 and < 500, Content: not null }) is { } refused)
        {
            if (refused.Status is 401)
                http.Response.Headers.WWWAuthenticate = new AuthenticationHeaderValue("Bearer", "realm=\"chokepoint\"").ToString();
            if (refused.RetryAfter is { } wait)
                http.Response.Headers.RetryAfter = wait;
            return TypedResults.Json(refused.Content!, contentType: "application/problem+json", statusCode: refused.Status);
        }
        return answers.Any(answer => answer.IsOk)
            ? null
            : throw new ProblemException(ProblemKind.Unavailable, "None of the services answers at the moment.") { RetryAfter = TimeSpan.FromSeconds(2) };
    }
}
