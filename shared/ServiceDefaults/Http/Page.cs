using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Chokepoint.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Chokepoint.ServiceDefaults;

/// <summary>A part of a list; <c>nextCursor</c> is null on the last one.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Makes pages.</summary>
public static class Page
{
    /// <summary>
    /// The page out of one row more than was asked for (<see cref="PageRequest.Take"/>), which shows whether another page follows.
    /// </summary>
    /// <param name="position">What tells where a row stands in the order; the next page begins after it.</param>
    public static Page<T> From<T, TPosition>(IReadOnlyList<T> oneMore, PageRequest request, Func<T, TPosition> position)
    {
        if (oneMore.Count <= request.Limit)
            return new Page<T>(oneMore, NextCursor: null);
        var items = oneMore.Take(request.Limit).ToArray();
        return new Page<T>(items, Cursor.Write(position(items[^1])));
    }
}

/// <summary><c>?limit=</c> (1 to 500, by default 100) and <c>?cursor=</c>; an endpoint takes it as a parameter.</summary>
public sealed record PageRequest(int Limit, string? Cursor)
{
    /// <summary>The longest page that may be asked for.</summary>
    public const int Most = 500;

    /// <summary>The page of one who asks for no length.</summary>
    public const int Usual = 100;

    /// <summary>Rows to read: one more than the page holds.</summary>
    public int Take => Limit + 1;

    /// <summary>The position that the previous page ended at; default on the first page.</summary>
    /// <exception cref="ProblemException">400: the cursor is not one of ours.</exception>
    public TPosition? After<TPosition>() => Cursor is null ? default : Chokepoint.ServiceDefaults.Cursor.Read<TPosition>(Cursor);

    public static ValueTask<PageRequest?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var limit = Usual;
        if (http.Request.Query["limit"].ToString() is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
                throw new ProblemException(ProblemKind.Malformed, "/limit: Must be a whole number.", Pointer("/limit", "Must be a whole number."));
            if (limit is < 1 or > Most)
                throw ProblemException.Invalid("/limit", $"Must be from 1 to {Most}.");
        }
        var cursor = http.Request.Query["cursor"].ToString();
        return ValueTask.FromResult<PageRequest?>(new PageRequest(limit, cursor.Length is 0 ? null : cursor));
    }

    internal static Dictionary<string, string[]> Pointer(string pointer, string message) =>
        new(StringComparer.Ordinal) { [pointer] = [message] };
}

/// <summary>A position in a list, opaque to the client: its JSON in base64url.</summary>
public static class Cursor
{
    public static string Write<TPosition>(TPosition position) =>
        WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(position, EventJson.Options));

    /// <exception cref="ProblemException">400: not a cursor of this list.</exception>
    public static TPosition Read<TPosition>(string cursor)
    {
        try
        {
            return JsonSerializer.Deserialize<TPosition>(WebEncoders.Base64UrlDecode(cursor), EventJson.Strict) ?? throw new JsonException();
        }
        catch (Exception fault) when (fault is JsonException or FormatException)
        {
            const string Message = "Must be the nextCursor of an earlier answer of this list.";
            throw new ProblemException(ProblemKind.Malformed, "/cursor: " + Message, PageRequest.Pointer("/cursor", Message));
        }
    }
}
