using Chokepoint.ServiceDefaults;
using Microsoft.Net.Http.Headers;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>Answers with bytes as they are kept, under a strong tag: nothing is parsed or written again.</summary>
internal static class StoredDocument
{
    public static bool IsKnown(HttpRequest request, string tag)
    {
        var known = request.Headers.IfNoneMatch;
        if (known.Count == 0) return false;
        // Nearly always the one tag that was given, as it was given: taking a list of tags apart costs more than sending a small document.
        if (known.Count == 1 && known[0] == tag) return true;
        return EntityTagHeaderValue.TryParseList([.. known.OfType<string>()], out var tags)
            && tags.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(new EntityTagHeaderValue(tag), useStrongComparison: false));
    }

    public static IResult NotModified(HttpContext http, string tag)
    {
        Tag(http, tag);
        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return TypedResults.Empty;
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
