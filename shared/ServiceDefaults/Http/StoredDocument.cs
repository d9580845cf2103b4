using Microsoft.AspNetCore.Http;

namespace Chokepoint.ServiceDefaults;

/// <summary>Answers with bytes as they are kept, under a strong tag: nothing is parsed or written again.</summary>
public static class StoredDocument
{
    public static bool IsKnown(HttpRequest request, string tag) => ETags.Matches(request.Headers.IfNoneMatch, tag, strongly: false);

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
        if (http.Response.Headers.CacheControl.Count is 0)
            http.Response.Headers.CacheControl = "private, no-cache";
        http.Response.Headers.Append("Vary", "Authorization, Accept");
    }
}
