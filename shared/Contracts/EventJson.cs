using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chokepoint.Contracts;

/// <summary>One way of writing events and API bodies as JSON: camelCase, enums by their published names, unknown members refused where asked.</summary>
public static class EventJson
{
    /// <summary>For what the platform itself wrote: an unknown member is a newer version's and is ignored.</summary>
    public static JsonSerializerOptions Options { get; } = Make(JsonUnmappedMemberHandling.Skip);

    /// <summary>For what comes from outside: an unknown member is a mistake and is refused by name.</summary>
    public static JsonSerializerOptions Strict { get; } = Make(JsonUnmappedMemberHandling.Disallow);

    private static JsonSerializerOptions Make(JsonUnmappedMemberHandling unmapped)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            UnmappedMemberHandling = unmapped,
            NumberHandling = JsonNumberHandling.Strict,
            RespectNullableAnnotations = true,
            AllowDuplicateProperties = unmapped is JsonUnmappedMemberHandling.Skip,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
