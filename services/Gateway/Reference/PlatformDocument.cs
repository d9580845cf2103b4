using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Gateway.Forwarding;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Chokepoint.Gateway.Reference;

/// <summary>
/// The services' OpenAPI documents as one. Operations are grouped by area; schemas keep their names within the area
/// (<c>risk.Score</c>), so that two services may use one name for two things. A service that is down is named as missing.
/// </summary>
internal sealed class PlatformDocument(
    Services services, HttpMessageInvoker connections, [FromKeyedServices(ServiceDocument.Name)] IOpenApiDocumentProvider own, TimeProvider time)
{
    /// <summary>What the gateway answers itself, and of each service what operators do with it.</summary>
    private static readonly Area Operations = new("ops", "gateway", "Operations", Patience: TimeSpan.Zero);

    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    private (JsonObject Document, long At)? _last;

    public async Task<JsonObject> ReadAsync(CancellationToken cancellationToken)
    {
        if (_last is { } last && time.GetElapsedTime(last.At) < Kept)
            return last.Document;
        var parts = await Task.WhenAll(services.All.Select(async service => (service.Area, Document: await FetchAsync(service, cancellationToken))));
        var document = Merge([.. parts, (Operations, await OwnAsync(cancellationToken))]);
        if (parts.All(part => part.Document is not null))
            _last = (document, time.GetTimestamp());
        return document;
    }

    internal static JsonObject Merge(IReadOnlyList<(Area Area, JsonObject? Document)> parts)
    {
        var (paths, schemas, schemes, tags) = (new JsonObject(), new JsonObject(), new JsonObject(), new JsonArray());
        foreach (var (area, document) in parts)
        {
            tags.Add(new JsonObject
            {
                ["name"] = area.Title,
                ["description"] = document is null ? "This service does not answer at the moment." : "/api/" + area.Name,
            });
            if (document is null)
                continue;
            Qualify(document, area.Name);
            foreach (var (path, item) in Members(document["paths"]))
                paths[path] = path.StartsWith("/api/ops/", StringComparison.Ordinal) ? OfOperations(item!, area) : Tagged(item!, area.Title);
            foreach (var (name, schema) in Members(document["components"]?["schemas"]))
                schemas[$"{area.Name}.{name}"] = schema!.DeepClone();
            foreach (var (name, scheme) in Members(document["components"]?["securitySchemes"]))
                schemes[name] = scheme!.DeepClone();
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Chokepoint",
                ["version"] = "1",
                ["description"] = "Supply risk of critical minerals: export controls, prices, trade flows, scores and alerts. "
                    + "Every request needs `Authorization: Bearer <key>`; errors are problem details (RFC 9457), explained under [/problems](/problems). "
                    + "Lists are paged by `limit` and `cursor`, reads carry an `ETag`, writes take an `Idempotency-Key`, updates need `If-Match`.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = tags,
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas, ["securitySchemes"] = schemes },
            ["security"] = new JsonArray([.. schemes.Select(scheme => new JsonObject { [scheme.Key] = new JsonArray() })]),
        };
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonNode? node) => node as JsonObject ?? [];

    private static JsonObject Tagged(JsonNode item, string title)
    {
        var copy = item.DeepClone().AsObject();
        foreach (var operation in Methods.Select(method => copy[method]).OfType<JsonObject>())
            operation["tags"] = new JsonArray(title);
        return copy;
    }

    /// <summary>Every service has the same operations by the same names; in the whole each name is one operation's.</summary>
    private static JsonObject OfOperations(JsonNode item, Area area)
    {
        var tagged = Tagged(item, Operations.Title);
        foreach (var operation in Methods.Select(method => tagged[method]).OfType<JsonObject>())
            operation["operationId"] = $"{area.Name}.{operation["operationId"]}";
        return tagged;
    }

    private async Task<JsonObject?> OwnAsync(CancellationToken cancellationToken)
    {
        var document = await own.GetOpenApiDocumentAsync(cancellationToken);
        return JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken)) as JsonObject;
    }

    /// <summary>Points every reference to a schema at its name in the whole.</summary>
    private static void Qualify(JsonNode? node, string area)
    {
        const string Schemas = "#/components/schemas/";
        if (node is JsonArray array)
        {
            foreach (var element in array)
                Qualify(element, area);
        }
        if (node is not JsonObject members)
            return;
        if (members["$ref"] is JsonValue value && value.TryGetValue<string>(out var target) && target.StartsWith(Schemas, StringComparison.Ordinal))
            members["$ref"] = $"{Schemas}{area}.{target[Schemas.Length..]}";
        foreach (var (_, member) in members)
            Qualify(member, area);
    }

    private async Task<JsonObject?> FetchAsync(ReplicaSet service, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        foreach (var replica in service.InTurn())
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica.Address, $"api/{service.Area.Name}/openapi.json"));
                using var answer = await connections.SendAsync(request, deadline.Token);
                if (!answer.IsSuccessStatusCode)
                    continue;
                await using var body = await answer.Content.ReadAsStreamAsync(deadline.Token);
                return await JsonNode.ParseAsync(body, cancellationToken: deadline.Token) as JsonObject;
            }
            catch (Exception fault) when (fault is HttpRequestException or JsonException or IOException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
            }
        }
        return null;
    }
}
