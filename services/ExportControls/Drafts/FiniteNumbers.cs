using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chokepoint.ExportControls.Drafts;

/// <summary>Refuses a number that is larger than a double can be, such as 1e400: it would be read as infinity, which JSON cannot write.</summary>
internal sealed class FiniteNumbers : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.Number && reader.GetDouble() is var number && double.IsFinite(number) ? number : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
