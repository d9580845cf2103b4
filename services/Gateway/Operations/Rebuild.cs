using System.Globalization;
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
/// Rebuilds a service's projections from the facts of those who own them: each owner is asked, with the operator's own key, to state
/// its facts again to that one consumer (docs/adr/rebuild-by-restating.md).
/// </summary>
internal static class Rebuild
{
    /// <summary>Those that keep a picture of what others own. Notifications keeps what it was told, to deliver it once: that is no picture, and is not told again.</summary>
    private static readonly Area[] Askers = [.. Area.All.Where(area => area.Name is "risk" or "trade")];

    public static void MapRebuild(this RouteGroupBuilder ops)
    {
        foreach (var asker in Askers)
        {
            var path = $"/{asker.Name}/rebuild";
            var name = CultureInfo.InvariantCulture.TextInfo.ToTitleCase(asker.Name);
            ops.MapPost(path, (HttpContext http, EveryService services, CancellationToken cancellationToken) => AskAsync(asker, http, services, cancellationToken))
                .WithName($"Rebuild{name}")
                .WithSummary($"Rebuilds the projections of {asker.Name}: the owners of the facts state them again, to it alone");
            ops.MapGet(path, (HttpContext http, EveryService services, CancellationToken cancellationToken) => ProgressAsync(asker, http, services, cancellationToken))
                .WithName($"GetRebuildOf{name}").WithSummary("What of a rebuild is still on its way");
        }
    }

    private static bool IsOwner(Area area, Area asker) =>
        EventTopology.Routes.Any(route => route.Publisher == area.Service && route.Consumers.Contains(asker.Service, StringComparer.Ordinal));

    private static async Task<Results<Accepted<RebuildAsked>, JsonHttpResult<JsonObject>>> AskAsync(
        Area asker, HttpContext http, EveryService services, CancellationToken cancellationToken)
    {
        var answers = await services.SendAsync(
            http, HttpMethod.Post, owner => $"api/ops/{owner.Name}/restate?to={asker.Service}", area => IsOwner(area, asker), cancellationToken);
        if (OperationsEndpoints.Refusal(http, answers) is { } refusal)
            return refusal;
        var owners = answers.Select(answer => new OwnerAsked(
            answer.Service, answer.IsOk, answer.IsOk ? Text(answer, "event") : null, answer.IsOk ? Number(answer, "stated") : null));
        return TypedResults.Accepted($"/api/ops/{asker.Name}/rebuild", new RebuildAsked(asker.Name, [.. owners]));
    }

    private static async Task<Results<Ok<RebuildProgress>, JsonHttpResult<JsonObject>>> ProgressAsync(
        Area asker, HttpContext http, EveryService services, CancellationToken cancellationToken)
    {
        bool Owns(Area area) => IsOwner(area, asker);
        var facts = await services.SendAsync(http, HttpMethod.Get, owner => $"api/ops/{owner.Name}/facts", Owns, cancellationToken);
        if (OperationsEndpoints.Refusal(http, facts) is { } refusal)
            return refusal;
        // The owners first: what has left an outbox by then is in a queue when that is counted.
        var states = await services.SendAsync(http, HttpMethod.Get, area => $"api/ops/{area.Name}", Owns, cancellationToken);
        var heard = (await services.AskAsync(http, area => $"api/ops/{area.Name}", asker.Name, cancellationToken)).Single();
        var owners = facts.Zip(states, (fact, state) => new OwnerProgress(
            fact.Service, fact.IsOk && state.IsOk, fact.IsOk ? Text(fact, "event") : null, fact.IsOk ? Number(fact, "facts") : null,
            state.IsOk ? Number(state, "outbox") : null)).ToArray();
        var ready = heard.IsOk && heard.Content!["inbound"] is JsonArray queues ? queues.Sum(queue => queue!["ready"]!.GetValue<long>()) : (long?)null;
        var settled = ready is 0 && owners.All(owner => owner is { Answers: true, Outbox: 0 });
        return TypedResults.Ok(new RebuildProgress(asker.Name, settled ? "settled" : "running", ready, owners));
    }

    private static string Text(ServiceAnswer answer, string name) => answer.Content![name]!.GetValue<string>();

    private static long Number(ServiceAnswer answer, string name) => answer.Content![name]!.GetValue<long>();
}
