using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Chokepoint.Contracts.CloudEvents;

namespace Chokepoint.Contracts.Tests;

public sealed class CloudEventTests
{
    private static readonly CloudEventMapping Mapping = new(new Uri("https://chokepoint.example"));
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Guid Subscription = Guid.Parse("019ac5e0-0000-7000-8000-000000000001");

    private static readonly Dictionary<string, Type> DataTypes = new(StringComparer.Ordinal)
    {
        [CloudEventTypes.ControlStateChanged] = typeof(CloudEvent<ControlStateChangedData>),
        [CloudEventTypes.ControlBoundaryApproaching] = typeof(CloudEvent<ControlBoundaryApproachingData>),
        [CloudEventTypes.RiskScoreChanged] = typeof(CloudEvent<RiskScoreChangedData>),
        [CloudEventTypes.PriceSignalChanged] = typeof(CloudEvent<PriceSignalChangedData>),
        [CloudEventTypes.SupplyProfileChanged] = typeof(CloudEvent<SupplyProfileChangedData>),
        [CloudEventTypes.SubscriptionTest] = typeof(CloudEvent<SubscriptionTestData>),
    };

    public static TheoryData<string> Types => [.. DataTypes.Keys];

    private static OutgoingCloudEvent TestEvent() =>
        CloudEventMapping.Test(Guid.Parse("019ac5f0-5300-7b30-8c03-4e6081920314"), Subscription, new(2026, 11, 27, 16, 0, 0, TimeSpan.Zero));

    private static OutgoingCloudEvent SampleOf(string type) => type switch
    {
        CloudEventTypes.ControlStateChanged => Mapping.Map(SampleEvents.ControlStateChanged),
        CloudEventTypes.ControlBoundaryApproaching => Mapping.Map(SampleEvents.ControlBoundaryApproaching),
        CloudEventTypes.RiskScoreChanged => Mapping.Map(SampleEvents.RiskScoreChanged),
        CloudEventTypes.PriceSignalChanged => Mapping.Map(SampleEvents.PriceSignalChanged),
        CloudEventTypes.SupplyProfileChanged => Mapping.Map(SampleEvents.SupplyProfileChanged),
        _ => TestEvent(),
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void The_published_example_is_what_the_mapping_makes(string type)
    {
        var body = JsonNode.Parse(SampleOf(type).Body)!;
        PublishedFile.ShouldBe($"CloudEvents/Schemas/{type}.example.json", body.ToJsonString(Readable) + "\n");
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void The_published_example_holds_against_the_published_schema(string type) =>
        JsonSchemaCheck.Faults(CloudEventSchemas.SchemaOf(type), CloudEventSchemas.ExampleOf(type)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Types))]
    public void The_published_schema_describes_every_member_of_the_type_and_no_other(string type)
    {
        var written = CloudEventSchemas.SchemaOf(type);
        var made = JsonSerializer.SerializeToElement(EventJson.Options.GetJsonSchemaAsNode(DataTypes[type]));
        Compare(written, written, made, made, type);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void The_published_schema_refuses_a_body_without_one_of_its_members(string type)
    {
        var schema = CloudEventSchemas.SchemaOf(type);
        var example = JsonNode.Parse(CloudEventSchemas.ExampleOf(type).GetRawText())!;
        foreach (var name in example["data"]!.AsObject().Select(m => m.Key).ToList())
        {
            var without = example.DeepClone();
            without["data"]!.AsObject().Remove(name);
            JsonSchemaCheck.Faults(schema, JsonSerializer.SerializeToElement(without)).ShouldNotBeEmpty(name);
        }
    }

    [Fact]
    public void A_body_says_what_the_interface_page_shows()
    {
        var body = JsonDocument.Parse(SampleOf(CloudEventTypes.ControlStateChanged).Body).RootElement;
        body.GetProperty("specversion").GetString().ShouldBe("1.0");
        body.GetProperty("id").GetString().ShouldBe(SampleEvents.ControlStateChanged.EventId.ToString());
        body.GetProperty("source").GetString().ShouldBe("/chokepoint/export-controls");
        body.GetProperty("subject").GetString().ShouldBe("CHN/2024-46/2");
        body.GetProperty("time").GetString().ShouldBe("2026-11-27T16:00:00.25Z");
        body.GetProperty("timestamp").GetString().ShouldBe("2026-11-27T16:00:00.25Z");
        body.GetProperty("datacontenttype").GetString().ShouldBe("application/json");
        var data = body.GetProperty("data");
        data.GetProperty("previousStatus").GetString().ShouldBe("suspended");
        data.GetProperty("status").GetString().ShouldBe("in_force");
        data.GetProperty("effectiveUntil").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void A_control_for_all_destinations_says_null_and_not_an_empty_list() =>
        JsonDocument.Parse(Mapping.Map(SampleEvents.ControlStateChanged with { Destinations = null }).Body).RootElement
            .GetProperty("data").GetProperty("destinations").ValueKind.ShouldBe(JsonValueKind.Null);

    [Fact]
    public void The_link_of_a_score_is_absolute_where_the_public_address_is_known_and_relative_where_not()
    {
        UrlOf(Mapping).ShouldBe("https://chokepoint.example/api/risk/scores/USA/gallium");
        UrlOf(new CloudEventMapping(null)).ShouldBe("/api/risk/scores/USA/gallium");

        static string? UrlOf(CloudEventMapping mapping) =>
            JsonDocument.Parse(mapping.Map(SampleEvents.RiskScoreChanged).Body).RootElement.GetProperty("data").GetProperty("url").GetString();
    }

    /// <summary>Walks both schemas side by side: same members, same required ones, same closed lists of names.</summary>
    private static void Compare(JsonElement writtenRoot, JsonElement written, JsonElement madeRoot, JsonElement made, string at)
    {
        (written, made) = (Plain(writtenRoot, written), Plain(madeRoot, made));
        if (made.TryGetProperty("properties", out var members))
        {
            written.TryGetProperty("properties", out var described).ShouldBeTrue($"{at} describes no members");
            Names(described).ShouldBe(Names(members), at);
            Texts(written.GetProperty("required")).ShouldBe(Names(members), at);
            foreach (var member in members.EnumerateObject())
                Compare(writtenRoot, described.GetProperty(member.Name), madeRoot, member.Value, $"{at}/{member.Name}");
        }
        else if (made.TryGetProperty("items", out var item))
        {
            Compare(writtenRoot, written.GetProperty("items"), madeRoot, item, $"{at}/items");
        }
        else if (made.TryGetProperty("enum", out var names))
        {
            Texts(written.GetProperty("enum")).ShouldBe(Texts(names), at);
        }

        static IEnumerable<string> Names(JsonElement o) => o.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal);
        static IEnumerable<string> Texts(JsonElement a) => a.EnumerateArray().Where(e => e.ValueKind is JsonValueKind.String).Select(e => e.GetString()!).Order(StringComparer.Ordinal);
    }

    /// <summary>Through a reference, and past "or null".</summary>
    private static JsonElement Plain(JsonElement root, JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var target = reference.GetString()!.TrimStart('#', '/').Split('/', StringSplitOptions.RemoveEmptyEntries)
                .Aggregate(root, (node, name) => node.ValueKind is JsonValueKind.Array ? node[int.Parse(name, null)] : node.GetProperty(name));
            return Plain(root, target);
        }
        return schema.TryGetProperty("anyOf", out var either) ? Plain(root, either.EnumerateArray().First()) : schema;
    }
}
