using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// A JSON Merge Patch (RFC 7396) as it was sent, since a member that is null says something else in it than one that is missing; an
/// endpoint takes it as a parameter and says by <c>Accepts</c> what it is a patch of.
/// </summary>
public sealed class MergePatch
{
    private MergePatch(JsonObject members) => Members = members;

    public JsonObject Members { get; }

    public static async ValueTask<MergePatch?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        try
        {
            var strict = new JsonDocumentOptions { AllowDuplicateProperties = false };
            return await JsonNode.ParseAsync(http.Request.Body, documentOptions: strict, cancellationToken: http.RequestAborted) is JsonObject members
                ? new MergePatch(members)
                : throw new ProblemException(ProblemKind.Malformed, "The body must be a JSON object: a merge patch of what is there.");
        }
        catch (JsonException)
        {
            throw new ProblemException(ProblemKind.Malformed, "The body is not valid JSON.");
        }
    }
}
