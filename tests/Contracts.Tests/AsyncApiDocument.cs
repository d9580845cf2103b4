using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Chokepoint.Contracts.CloudEvents;
using YamlDotNet.Serialization;

namespace Chokepoint.Contracts.Tests;

/// <summary>
/// AsyncAPI 3.0 of what goes over the broker, by <see cref="EventTopology"/> and the event types, and of what leaves by webhook.
/// </summary>
internal static class AsyncApiDocument
{
    private const string About =
        "Services tell each other what changed over RabbitMQ; subscribers are told by webhook. On the broker a message is the event's JSON, " +
        "its message-id the event's id, delivered at least once; a consumer's inbox makes its effects happen once. " +
        "Of two events about one aggregate the one with the higher version is the newer.";

    private const string AboutWebhooks =
        "A POST of a CloudEvents 1.0 body in JSON, signed by Standard Webhooks 1.0, to the URL of a subscription. At least once, with a " +
        "webhook-id that stays the same; in no promised order. 2xx accepts; 410 ends the subscription; 429 and 503 may say Retry-After; " +
        "anything else is tried again over 75 hours.";

    public static string Write()
    {
        var document = new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Chokepoint events",
                ["version"] = "1.0.0",
                ["description"] = About,
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["url"] = "https://www.apache.org/licenses/LICENSE-2.0" },
            },
            ["defaultContentType"] = "application/json",
            ["servers"] = new JsonObject
            {
                ["broker"] = new JsonObject { ["host"] = "localhost:5672", ["protocol"] = "amqp", ["protocolVersion"] = "0.9.1", ["description"] = "RabbitMQ 3.10 or newer; the address is the operator's." },
            },
            ["channels"] = Channels(),
            ["operations"] = Operations(),
            ["components"] = new JsonObject { ["messages"] = Messages(), ["schemas"] = Schemas() },
        };
        var yaml = new SerializerBuilder().WithIndentedSequences().WithQuotingNecessaryStrings().DisableAliases().Build();
        return "# Written from the types by tests/Contracts.Tests; UPDATE_CONTRACTS=1 writes it anew.\n" + yaml.Serialize(Plain(document)!).ReplaceLineEndings("\n").Replace(": \n", ": null\n", StringComparison.Ordinal);
    }

    private static JsonObject Channels()
    {
        var channels = new JsonObject();
        foreach (var route in EventTopology.Routes)
        {
            channels[Camel(route.Event.Name)] = new JsonObject
            {
                ["address"] = Exchange(route),
                ["description"] = $"Fan-out exchange of {route.Event.Name}.",
                ["servers"] = new JsonArray(Ref("servers/broker")),
                ["messages"] = MessagesOf(route),
                ["bindings"] = Amqp("routingKey", "exchange", new JsonObject { ["name"] = Exchange(route), ["type"] = "fanout", ["durable"] = true, ["autoDelete"] = false }),
            };
            foreach (var consumer in route.Consumers)
            {
                channels[route.QueueOf(consumer)] = new JsonObject
                {
                    ["address"] = route.QueueOf(consumer),
                    ["description"] = $"Quorum queue in which {consumer} hears {route.Event.Name}; what it cannot apply goes to {route.QueueOf(consumer)}.dead.",
                    ["servers"] = new JsonArray(Ref("servers/broker")),
                    ["messages"] = MessagesOf(route),
                    ["bindings"] = Amqp("queue", "queue", new JsonObject { ["name"] = route.QueueOf(consumer), ["durable"] = true, ["exclusive"] = false, ["autoDelete"] = false }),
                };
            }
        }
        channels["webhook"] = new JsonObject
        {
            ["address"] = null,
            ["description"] = AboutWebhooks,
            ["messages"] = new JsonObject([.. WebhookTypes().Select(type => KeyValuePair.Create(type, (JsonNode?)Ref($"components/messages/{type}")))]),
            ["bindings"] = new JsonObject { ["http"] = new JsonObject() },
        };
        return channels;
    }

    private static JsonObject Operations()
    {
        var operations = new JsonObject();
        foreach (var route in EventTopology.Routes)
        {
            operations[$"{route.Publisher}.publishes.{route.Event.Name}"] =
                Operation("send", Camel(route.Event.Name), [Camel(route.Event.Name)], $"{route.Publisher} announces {route.Event.Name}.");
            foreach (var consumer in route.Consumers)
                operations[$"{consumer}.hears.{route.Event.Name}"] =
                    Operation("receive", route.QueueOf(consumer), [Camel(route.Event.Name)], $"{consumer} applies {route.Event.Name}.");
        }
        operations["notifications.tells.subscribers"] = Operation("send", "webhook", WebhookTypes(), "notifications tells the subscriptions whose filter matches.");
        return operations;
    }

    private static JsonObject Messages()
    {
        var messages = new JsonObject();
        foreach (var route in EventTopology.Routes)
        {
            messages[route.Event.Name] = new JsonObject
            {
                ["name"] = route.Event.Name,
                ["contentType"] = "application/json",
                ["headers"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject { ["traceparent"] = Text("W3C trace context of the transaction that published it.") },
                },
                ["payload"] = Ref($"components/schemas/{route.Event.Name}"),
            };
        }
        foreach (var type in WebhookTypes())
        {
            messages[type] = new JsonObject
            {
                ["name"] = type,
                ["title"] = CloudEventSchemas.SchemaOf(type).GetProperty("description").GetString(),
                ["contentType"] = "application/json",
                ["headers"] = Ref("components/schemas/WebhookHeaders"),
                ["payload"] = new JsonObject { ["$ref"] = $"./CloudEvents/Schemas/{type}.schema.json" },
            };
        }
        return messages;
    }

    private static JsonObject Schemas()
    {
        var schemas = new JsonObject
        {
            ["WebhookHeaders"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["webhook-id"] = Text("The CloudEvents id; the same for every attempt."),
                    ["webhook-timestamp"] = Text("Seconds since 1970, of this attempt."),
                    ["webhook-signature"] = Text("v1, and the base64 HMAC-SHA256 of id.timestamp.body; two, apart by a space, while a secret is being rotated."),
                },
                ["required"] = new JsonArray("webhook-id", "webhook-timestamp", "webhook-signature"),
            },
        };
        foreach (var route in EventTopology.Routes) schemas[route.Event.Name] = Schema(route.Event);
        return schemas;
    }

    // The exporter points at repeated types by their place in the document it made, which is another place here: each is written out.
    private static JsonNode Schema(Type type)
    {
        var made = EventJson.Options.GetJsonSchemaAsNode(type);
        return Inline(made, made)!;
    }

    private static JsonNode? Inline(JsonNode root, JsonNode? node) => node switch
    {
        JsonObject o when o["$ref"] is { } reference => Inline(root, Follow(root, reference.GetValue<string>())),
        JsonObject o => new JsonObject(o.Select(m => KeyValuePair.Create(m.Key, Inline(root, m.Value)))),
        JsonArray a => new JsonArray([.. a.Select(item => Inline(root, item))]),
        _ => node?.DeepClone(),
    };

    private static JsonNode Follow(JsonNode root, string reference) => reference.TrimStart('#', '/').Split('/', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(root, (node, name) => node is JsonArray array ? array[int.Parse(name, null)]! : node[name]!);

    private static JsonObject Operation(string action, string channel, IEnumerable<string> messages, string summary) => new()
    {
        ["action"] = action,
        ["channel"] = Ref($"channels/{channel}"),
        ["summary"] = summary,
        ["messages"] = new JsonArray([.. messages.Select(m => Ref($"channels/{channel}/messages/{m}"))]),
    };

    private static JsonObject MessagesOf(EventRoute route) => new() { [Camel(route.Event.Name)] = Ref($"components/messages/{route.Event.Name}") };

    private static JsonObject Amqp(string kind, string name, JsonObject what) =>
        new() { ["amqp"] = new JsonObject { ["is"] = kind, [name] = what, ["bindingVersion"] = "0.3.0" } };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonObject Ref(string path) => new() { ["$ref"] = $"#/{path}" };

    private static IEnumerable<string> WebhookTypes() => [.. CloudEventTypes.Subscribable, CloudEventTypes.SubscriptionTest];

    private static string Exchange(EventRoute route) => $"chokepoint.{JsonNamingPolicy.KebabCaseLower.ConvertName(route.Event.Name)}";

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    private static object? Plain(JsonNode? node) => node switch
    {
        JsonObject o => o.ToDictionary(m => m.Key, m => Plain(m.Value), StringComparer.Ordinal),
        JsonArray a => a.Select(Plain).ToList(),
        JsonValue v when v.TryGetValue(out bool flag) => flag,
        JsonValue v when v.TryGetValue(out long number) => number,
        JsonValue v when v.TryGetValue(out double number) => number,
        JsonValue v => v.GetValue<string>(),
        _ => null,
    };
}
