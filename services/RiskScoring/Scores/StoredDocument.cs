using Chokepoint.ServiceDefaults;
using Microsoft.Net.Http.Headers;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>Answers with bytes as they are kept, under a strong tag: nothing is parsed or written again.</summary>
internal static class StoredDocument
{
    public static bool IsKnown(HttpRequest request, string tag) =>
        request.Headers.IfNoneMatch.Count > 0
        && EntityTagHeaderValue.TryParseList([.. request.Headers.IfNoneMatch.OfType<string>()], out var tags)
        && tags.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(new EntityTagHeaderValue(tag), useStrongComparison: false));

    public static IResult NotModified(HttpContext http, string tag)
    {
        Tag(http, tag);
        return TypedResults.StatusCode(StatusCodes.Status304NotModified);
    }

    public static IResult Answer(HttpContext http, string tag, byte[] document, string contentType = "application/json")
    {
        Tag(http, tag);
        return TypedResults.Bytes(document, contentType);
    }

    private static void Tag(HttpContext http, string tag)
    {
        http.SetETag(tag);
        http.Response.Headers.CacheControl = "private, no-cache";
        http.Response.Headers.Append("Vary", "Authorization, Accept");
    }
}
