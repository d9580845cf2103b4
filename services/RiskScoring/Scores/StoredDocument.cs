using Chokepoint.ServiceDefaults;
using Microsoft.Net.Http.Headers;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>Answers with a revision as it is stored, with its version as the strong tag: nothing is parsed or written again.</summary>
internal static class StoredDocument
{
    public static bool IsKnown(HttpRequest request, long version) =>
        EntityTagHeaderValue.TryParseList([.. request.Headers.IfNoneMatch.OfType<string>()], out var tags)
        && tags.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(new EntityTagHeaderValue(ETags.OfVersion(version)), useStrongComparison: false));

    public static IResult NotModified(HttpContext http, long version)
    {
        Tag(http, version);
        return TypedResults.StatusCode(StatusCodes.Status304NotModified);
    }

    public static IResult Answer(HttpContext http, long version, string document)
    {
        Tag(http, version);
        return TypedResults.Text(document, "application/json");
    }

    private static void Tag(HttpContext http, long version)
    {
        http.SetETag(ETags.OfVersion(version));
        http.Response.Headers.CacheControl = "private, no-cache";
        http.Response.Headers.Append("Vary", "Authorization, Accept");
    }
}
