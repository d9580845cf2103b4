using System.Text.Json;
using System.Text.RegularExpressions;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// What is wrong with a JSON body, in words for the one who sent it: what cannot be parsed is malformed (400), what parses but does
/// not fit the expected shape is invalid (422) and names its member.
/// </summary>
/// <remarks>System.Text.Json tells its faults apart by message alone; the tests hold each of these messages to its answer.</remarks>
internal static partial class JsonFault
{
    public static ProblemException Explain(JsonException fault, Type? bodyType, JsonSerializerOptions options)
    {
        var pointer = JsonPointer.FromJsonPath(fault.Path);

        // The reader's own exception (internal, derived from JsonException) stands inside when the text is no JSON at all.
        if (fault.InnerException is JsonException)
            return new ProblemException(ProblemKind.Malformed, "The body is not valid JSON" + Where(fault) + ".");
        if (fault.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
            return ProblemException.Invalid(pointer, "Is not a member that is known here." + JsonShape.Suggest(bodyType, fault.Path, options));
        if (MissingMembers().Match(fault.Message) is { Success: true } missing)
            return Missing(pointer, missing.Groups["names"].Value);
        if (fault.Message.StartsWith("Duplicate property", StringComparison.Ordinal))
            return ProblemException.Invalid(pointer, "Is there more than once.");
        if (fault.Message.Contains("doesn't allow setting null", StringComparison.Ordinal))
            return ProblemException.Invalid(pointer, "Must not be null.");
        return ProblemException.Invalid(pointer, JsonShape.Describe(bodyType, fault.Path, options) is { } expected
            ? $"Must be {expected}."
            : "Is not of the kind that is expected here.");
    }

    private static readonly string[] Needed = ["Is needed."];

    private static ProblemException Missing(string pointer, string names)
    {
        var errors = Quoted().Matches(names).ToDictionary(
            name => pointer + JsonPointer.Join([name.Groups["name"].Value]), _ => Needed, StringComparer.Ordinal);
        return new ProblemException(ProblemKind.Invalid, Problems.Summary(errors), errors);
    }

    private static string Where(JsonException fault) => fault is { LineNumber: { } line, BytePositionInLine: { } at }
        ? FormattableString.Invariant($" (line {line + 1}, byte {at + 1})")
        : "";

    [GeneratedRegex("missing required properties including: (?<names>.+)\\.$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MissingMembers();

    [GeneratedRegex("'(?<name>[^']+)'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();
}
