using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Chokepoint.Contracts.Tests;

/// <summary>
/// Checks a value against the part of JSON Schema 2020-12 that the published schemas use, and refuses a schema that uses more, so that
/// no keyword is passed over in silence.
/// </summary>
internal sealed class JsonSchemaCheck(JsonElement root)
{
    private static readonly HashSet<string> Annotations = new(StringComparer.Ordinal) { "$schema", "$id", "$defs", "title", "description" };

    public static IReadOnlyList<string> Faults(JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        new JsonSchemaCheck(schema).Check(schema, value, "", faults);
        return faults;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (Annotations.Contains(keyword.Name)) continue;
            if (!Holds(keyword.Name, keyword.Value, schema, value, at, faults)) faults.Add($"{at}: {keyword.Name} {keyword.Value.GetRawText()} against {value.GetRawText()}");
        }
    }

    private bool Holds(string keyword, JsonElement argument, JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        switch (keyword)
        {
            case "$ref":
                Check(Resolve(argument.GetString()!), value, at, faults);
                return true;
            case "type":
                return argument.ValueKind is JsonValueKind.Array
                    ? argument.EnumerateArray().Any(t => IsOf(t.GetString()!, value))
                    : IsOf(argument.GetString()!, value);
            case "const":
                return JsonElement.DeepEquals(argument, value);
            case "enum":
                return argument.EnumerateArray().Any(a => JsonElement.DeepEquals(a, value));
            case "anyOf":
                return argument.EnumerateArray().Any(a => Faults(a, value, at).Count == 0);
            case "required":
                return value.ValueKind is not JsonValueKind.Object || argument.EnumerateArray().All(n => value.TryGetProperty(n.GetString()!, out _));
            case "properties":
                if (value.ValueKind is not JsonValueKind.Object) return true;
                foreach (var property in argument.EnumerateObject())
                {
                    if (value.TryGetProperty(property.Name, out var member)) Check(property.Value, member, $"{at}/{property.Name}", faults);
                }
                return true;
            case "items":
                if (value.ValueKind is not JsonValueKind.Array) return true;
                foreach (var (index, item) in value.EnumerateArray().Index()) Check(argument, item, $"{at}/{index}", faults);
                return true;
            case "minimum":
                return value.ValueKind is not JsonValueKind.Number || value.GetDouble() >= argument.GetDouble();
            case "maximum":
                return value.ValueKind is not JsonValueKind.Number || value.GetDouble() <= argument.GetDouble();
            case "minLength":
                return value.ValueKind is not JsonValueKind.String || value.GetString()!.Length >= argument.GetInt32();
            case "pattern":
                return value.ValueKind is not JsonValueKind.String
                    || Regex.IsMatch(value.GetString()!, argument.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1));
            case "format":
                return value.ValueKind is not JsonValueKind.String || HasFormat(argument.GetString()!, value.GetString()!);
            default:
                throw new NotSupportedException($"The schema at {at} uses {keyword}, which this check does not know.");
        }
    }

    private List<string> Faults(JsonElement schema, JsonElement value, string at)
    {
        var faults = new List<string>();
        Check(schema, value, at, faults);
        return faults;
    }

    private JsonElement Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate(root, (node, name) => node.GetProperty(name));

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind is JsonValueKind.Null,
        "string" => value.ValueKind is JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind is JsonValueKind.Number,
        "integer" => value.ValueKind is JsonValueKind.Number && value.GetDouble() % 1 == 0,
        "array" => value.ValueKind is JsonValueKind.Array,
        "object" => value.ValueKind is JsonValueKind.Object,
        _ => throw new NotSupportedException($"There is no type {type}."),
    };

    // Stricter than 2020-12, where a format is an annotation: here it must hold.
    private static bool HasFormat(string format, string text) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date-time" => Regex.IsMatch(text, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)),
        "uri-reference" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _),
        _ => throw new NotSupportedException($"There is no format {format}."),
    };
}
