using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Chokepoint.ServiceDefaults;

/// <summary>Strong entity tags (RFC 9110 section 8.8.3).</summary>
public static class ETags
{
    /// <summary>The tag of a stored version: <c>"12"</c>.</summary>
    public static string OfVersion(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The tag of what the answer depends on, such as a version and the day it is answered for.</summary>
    public static string Of(params ReadOnlySpan<object?> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
            text.Append(CultureInfo.InvariantCulture, $"{part}\u001f");
        return OfBytes(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>
    /// Puts a tag of the endpoint's own on the answer, for resources that are updated with <c>If-Match</c>. Reads that set none get
    /// the hash of their body.
    /// </summary>
    public static void SetETag(this HttpContext http, string etag) => http.Response.Headers.ETag = etag;

    internal static string OfBytes(ReadOnlySpan<byte> body) => $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 12))}\"";

    internal static bool Matches(StringValues header, string etag, bool strongly)
    {
        if (header.Count is 0) return false;
        // Nearly always the one tag that was given, as it was given: taking a list of tags apart costs more than sending a small document.
        if (header.Count is 1 && header[0] == etag) return true;
        return EntityTagHeaderValue.TryParseList([.. header.OfType<string>()], out var tags)
            && EntityTagHeaderValue.TryParse(etag, out var current)
            && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, strongly));
    }
}

/// <summary>The precondition of an update; an endpoint takes it as a parameter and is answered 428 without the header.</summary>
public sealed class IfMatch
{
    private readonly string[] _tags;

    private IfMatch(string[] tags) => _tags = tags;

    public static ValueTask<IfMatch?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var header = http.Request.Headers.IfMatch;
        if (header.Count is 0)
            throw new ProblemException(ProblemKind.PreconditionRequired, "Send the ETag of the version that you read in the header If-Match.");
        if (!EntityTagHeaderValue.TryParseList([.. header.OfType<string>()], out _))
            throw new ProblemException(ProblemKind.Malformed, "If-Match must be an ETag in quotes, as it was answered, or *.");
        return ValueTask.FromResult<IfMatch?>(new IfMatch([.. header.OfType<string>()]));
    }

    /// <summary>Goes on only when the stored version is the one the caller read.</summary>
    /// <exception cref="ProblemException">412.</exception>
    public void Require(string current)
    {
        if (!ETags.Matches(_tags, current, strongly: true))
            throw new ProblemException(ProblemKind.Stale, $"The stored version has the ETag {current}; another change came in between.");
    }
}
