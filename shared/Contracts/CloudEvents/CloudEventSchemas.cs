using System.Text.Json;

namespace Chokepoint.Contracts.CloudEvents;

/// <summary>The published description of each event type, read from the files beside this one.</summary>
public static class CloudEventSchemas
{
    /// <summary>JSON Schema 2020-12 of a whole body.</summary>
    /// <exception cref="ArgumentException">No such type.</exception>
    public static JsonElement SchemaOf(string type) => Read($"{type}.schema.json");

    /// <summary>A body as it is sent.</summary>
    /// <exception cref="ArgumentException">No such type.</exception>
    public static JsonElement ExampleOf(string type) => Read($"{type}.example.json");

    private static JsonElement Read(string name)
    {
        using var stream = typeof(CloudEventSchemas).Assembly.GetManifestResourceStream(name)
            ?? throw new ArgumentException($"There is no {name}.", nameof(name));
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}
