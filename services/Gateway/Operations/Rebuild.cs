using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.Gateway.Forwarding;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chokepoint.Gateway.Operations;

/// <summary>One owner's part in a rebuild.</summary>
/// <param name="Stated">Facts that it has put on their way; null where it did not answer, and the rebuild is to be asked for again.</param>
internal sealed record OwnerAsked(string Service, bool Answers, string? Event, long? Stated);

internal sealed record RebuildAsked(string Service, IReadOnlyList<OwnerAsked> Owners);

/// <summary>What of one owner's facts is on its way.</summary>
/// <param name="Facts">How many it has announced in all.</param>
/// <param name="Outbox">Events of any kind that wait in its outbox.</param>
internal sealed record OwnerProgress(string Service, bool Answers, string? Event, long? Facts, long? Outbox);

/// <param name="State"><c>running</c> while anything waits or is not known, else <c>settled</c>.</param>
/// <param name="Ready">Messages that wait in the service's queues; those being applied at this moment are not counted.</param>
internal sealed record RebuildProgress(string Service, string State, long? Ready, IReadOnlyList<OwnerProgress> Owners);

/// <summary>
/// Rebuilds RiskScoring's projections from the facts of those who own them: each owner is asked, with the operator's own key, to state
/// its facts again to that one consumer (docs/adr/rebuild-by-restating.md). RiskScoring is the only service with such projections.
/// </summary>
internal static class Rebuild
{
    private static readonly Area Asker = Area.All.Single(area => area.Name == "risk");

    private static bool IsOwner(Area area) =>
        EventTopology.Routes.Any(route => route.Publisher == area.Service && route.Consumers.Contains(Asker.Service, StringComparer.Ordinal));

    public static void MapRebuild(this RouteGroupBuilder ops)
    {
        ops.MapPost($"/{Asker.Name}/rebuild", AskAsync).WithName("RebuildRisk")
            .WithSummary("Rebuilds the risk service's projections: the owners of the facts state them again, to it alone");
        ops.MapGet($"/{Asker.Name}/rebuild", ProgressAsync).WithName("GetRebuildOfRisk").WithSummary("What of a rebuild is still on its way");
    }

    private static async Task<Results<Accepted<RebuildAsked>, JsonHttpResult<JsonObject>>> AskAsync(
        HttpContext http, EveryService services, CancellationToken cancellationToken)
    {
        var answers = await services.SendAsync(
            http, HttpMethod.Post, owner => $"api/ops/{owner.Name}/restate?to={Asker.Service}", IsOwner, cancellationToken);
        if (OperationsEndpoints.Refusal(http, answers) is { } refusal)
            return refusal;
        var owners = answers.Select(answer => new OwnerAsked(
            answer.Service, answer.IsOk, answer.IsOk ? Text(answer, "event") : null, answer.IsOk ? Number(answer, "stated") : null));
        return TypedResults.Accepted($"/api/ops/{Asker.Name}/rebuild", new RebuildAsked(Asker.Name, [.. owners]));
    }

    private static async Task<Results<Ok<RebuildProgress>, JsonHttpResult<JsonObject>>> ProgressAsync(
        HttpContext http, EveryService services, CancellationToken cancellationToken)
    {
        var facts = await services.SendAsync(http, HttpMethod.Get, owner => $"api/ops/{owner.Name}/facts", IsOwner, cancellationToken);
        if (OperationsEndpoints.Refusal(http, facts) is { } refusal)
            return refusal;
        // The owners first: what has left an outbox by then is in a queue when that is counted.
        var states = await services.SendAsync(http, HttpMethod.Get, area => $"api/ops/{area.Name}", IsOwner, cancellationToken);
        var asker = (await services.AskAsync(http, area => $"api/ops/{area.Name}", Asker.Name, cancellationToken)).Single();
        var owners = facts.Zip(states, (fact, state) => new OwnerProgress(
            fact.Service, fact.IsOk && state.IsOk, fact.IsOk ? Text(fact, "event") : null, fact.IsOk ? Number(fact, "facts") : null,
            state.IsOk ? Number(state, "outbox") : null)).ToArray();
        var ready = asker.IsOk && asker.Content!["inbound"] is JsonArray queues ? queues.Sum(queue => queue!["ready"]!.GetValue<long>()) : (long?)null;
        var settled = ready is 0 && owners.All(owner => owner is { Answers: true, Outbox: 0 });
        return TypedResults.Ok(new RebuildProgress(Asker.Name, settled ? "settled" : "running", ready, owners));
    }

    private static string Text(ServiceAnswer answer, string name) => answer.Content![name]!.GetValue<string>();

    private static long Number(ServiceAnswer answer, string name) => answer.Content![name]!.GetValue<long>();
}
