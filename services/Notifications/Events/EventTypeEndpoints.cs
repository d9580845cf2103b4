using System.Text.Json;
using Chokepoint.Contracts.CloudEvents;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chokepoint.Notifications.Events;

/// <param name="Schema">JSON Schema 2020-12 of the whole body.</param>
/// <param name="Example">A body as it is sent.</param>
internal sealed record EventTypeResponse(string Type, string Description, JsonElement Schema, JsonElement Example);

/// <summary>What can be subscribed to.</summary>
internal static class EventTypeEndpoints
{
    private static readonly IReadOnlyList<EventTypeResponse> All = [.. CloudEventTypes.Subscribable.Select(Describe)];

    public static RouteGroupBuilder MapEventTypes(this RouteGroupBuilder api)
    {
        api.MapGet("/event-types", () => TypedResults.Ok(new Page<EventTypeResponse>(All, NextCursor: null)))
            .WithName("ListEventTypes").WithTags("Event types").WithSummary("Each event type with its JSON Schema and an example.");
        return api;
    }

    private static EventTypeResponse Describe(string type)
    {
        var schema = CloudEventSchemas.SchemaOf(type);
        return new(type, schema.GetProperty("description").GetString()!, schema, CloudEventSchemas.ExampleOf(type));
    }
}
