using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Chokepoint.Contracts.Tests;

public sealed class AsyncApiTests
{
    [Fact]
    public void The_published_document_is_what_the_topology_and_the_types_say() => PublishedFile.ShouldBe("asyncapi.yaml", AsyncApiDocument.Write());

    [Fact]
    public void Every_reference_in_it_leads_somewhere()
    {
        var root = Root();
        var references = References(root).ToList();
        references.ShouldNotBeEmpty();
        foreach (var reference in references)
        {
            if (reference.StartsWith("#/", StringComparison.Ordinal)) Follow(root, reference).ShouldNotBeNull(reference);
            else File.Exists(PublishedFile.PathOf(reference)).ShouldBeTrue(reference);
        }
    }

    [Fact]
    public void Every_route_is_in_it_with_its_publisher_and_its_consumers()
    {
        var operations = ((YamlMappingNode)Root()["operations"]).Children.Keys.Select(k => k.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var route in EventTopology.Routes)
        {
            operations.ShouldContain(o => o == $"{route.Publisher}.publishes.{route.Event.Name}");
            foreach (var consumer in route.Consumers) operations.ShouldContain(o => o == $"{consumer}.hears.{route.Event.Name}");
        }
    }

    [Theory]
    [MemberData(nameof(SampleEvents.All), MemberType = typeof(SampleEvents))]
    public void An_event_comes_back_from_its_json_as_it_was(IPlatformEvent @event)
    {
        var json = System.Text.Json.JsonSerializer.Serialize(@event, @event.GetType(), EventJson.Options);
        var back = System.Text.Json.JsonSerializer.Deserialize(json, @event.GetType(), EventJson.Strict);
        System.Text.Json.JsonSerializer.Serialize(back, @event.GetType(), EventJson.Options).ShouldBe(json);
    }

    [Fact]
    public void Names_in_it_are_those_that_AsyncAPI_allows()
    {
        foreach (var section in new[] { "channels", "operations" })
        {
            foreach (var key in ((YamlMappingNode)Root()[section]).Children.Keys)
                Regex.IsMatch(key.ToString(), @"^[\w.-]+$", RegexOptions.None, TimeSpan.FromSeconds(1)).ShouldBeTrue(key.ToString());
        }
    }

    private static YamlMappingNode Root()
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(PublishedFile.PathOf("asyncapi.yaml"));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static IEnumerable<string> References(YamlNode node) => node switch
    {
        YamlMappingNode mapping => mapping.Children.SelectMany(c => c.Key.ToString() == "$ref" ? [c.Value.ToString()] : References(c.Value)),
        YamlSequenceNode sequence => sequence.Children.SelectMany(References),
        _ => [],
    };

    private static YamlNode? Follow(YamlNode root, string reference) => reference[2..].Split('/').Aggregate(
        (YamlNode?)root, (node, name) => node is YamlMappingNode mapping && mapping.Children.TryGetValue(name, out var child) ? child : null);
}
