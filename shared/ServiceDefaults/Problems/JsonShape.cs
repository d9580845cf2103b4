using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Chokepoint.ServiceDefaults;

/// <summary>What a body should have held at a place, read from the serializer's own description of the type, without .NET names.</summary>
internal static class JsonShape
{
    /// <summary>What is expected at <paramref name="path"/>, such as "a day such as 2026-11-28"; null when nobody can say.</summary>
    public static string? Describe(Type? body, string? path, JsonSerializerOptions options)
    {
        if (At(body, JsonPointer.SegmentsOfJsonPath(path), options) is not { } expected)
            return null;
        var type = Nullable.GetUnderlyingType(expected) ?? expected;
        var orNull = type == expected ? "" : ", or null";
        if (type.IsEnum)
            return "one of " + string.Join(", ", Names(type, options)) + orNull;
        var text = type switch
        {
            _ when type == typeof(string) => "a string",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(int) || type == typeof(long) || type == typeof(short) => "a whole number",
            _ when type == typeof(decimal) || type == typeof(double) || type == typeof(float) => "a number",
            _ when type == typeof(DateOnly) => "a day such as 2026-11-28",
            _ when type == typeof(DateTimeOffset) || type == typeof(DateTime) => "a time such as 2026-11-28T04:00:00Z",
            _ when type == typeof(Guid) => "an identifier such as 0195f2a0-7b1c-7e5a-9d3f-2b6c1a4e8f00",
            _ when type == typeof(Uri) => "a URL",
            _ => options.GetTypeInfo(type).Kind switch
            {
                JsonTypeInfoKind.Enumerable => "an array",
                JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object",
                _ => null,
            },
        };
        return text + (text is null ? "" : orNull);
    }

    /// <summary>" Did you mean minerals?" when a known member is spelled much like the unknown one at <paramref name="path"/>.</summary>
    public static string Suggest(Type? body, string? path, JsonSerializerOptions options)
    {
        var segments = JsonPointer.SegmentsOfJsonPath(path);
        if (segments.Count is 0 || At(body, segments[..^1], options) is not { } owner)
            return "";
        var nearest = options.GetTypeInfo(owner).Properties
            .Select(property => (property.Name, Distance: Distance(property.Name, segments[^1])))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(2, segments[^1].Length / 3) ? $" Did you mean {nearest.Name}?" : "";
    }

    private static Type? At(Type? type, IReadOnlyList<string> segments, JsonSerializerOptions options)
    {
        foreach (var segment in segments)
        {
            if (type is null)
                return null;
            var shape = options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
            type = shape.Kind is JsonTypeInfoKind.Object
                ? shape.Properties.FirstOrDefault(property => property.Name.Equals(segment, StringComparison.OrdinalIgnoreCase))?.PropertyType
                : shape.ElementType;
        }
        return type;
    }

    private static IEnumerable<string> Names(Type type, JsonSerializerOptions options) =>
        Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.Serialize(value, type, options).Trim('"'));

    /// <summary>Levenshtein's distance, ignoring case.</summary>
    private static int Distance(string one, string other)
    {
        if (other.Length > 64)
            return int.MaxValue;
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, _) = (row[0], row[0] = i);
            for (var j = 1; j <= other.Length; j++)
            {
                var same = char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1)));
            }
        }
        return row[other.Length];
    }
}
