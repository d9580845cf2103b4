using System.Text;
using System.Text.Json;

namespace Chokepoint.ServiceDefaults;

/// <summary>JSON Pointers (RFC 6901) from the two other notations that name a member: System.Text.Json's path, FluentValidation's property name.</summary>
public static class JsonPointer
{
    /// <summary><c>$.clauses[0].minerals[1]</c> → <c>/clauses/0/minerals/1</c>; <c>$['a.b']</c> → <c>/a.b</c>.</summary>
    public static string FromJsonPath(string? path) => Join(SegmentsOfJsonPath(path));

    /// <summary><c>Clauses[0].Minerals[1]</c> → <c>/clauses/0/minerals/1</c>.</summary>
    public static string FromPropertyName(string? name) =>
        Join(SegmentsOfJsonPath("$." + name).Select(segment => JsonNamingPolicy.CamelCase.ConvertName(segment)));

    internal static string Join(IEnumerable<string> segments)
    {
        var pointer = new StringBuilder();
        foreach (var segment in segments)
            pointer.Append('/').Append(segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        return pointer.ToString();
    }

    internal static List<string> SegmentsOfJsonPath(string? path)
    {
        var segments = new List<string>();
        if (path is null)
            return segments;
        for (var at = path.StartsWith('$') ? 1 : 0; at < path.Length;)
        {
            int end;
            if (path[at..].StartsWith("['", StringComparison.Ordinal))
            {
                // System.Text.Json does not escape a quote inside the name, so the end is the last one that can be.
                end = path.IndexOf("']", at, StringComparison.Ordinal);
                end = end < 0 ? path.Length : end;
                segments.Add(path[(at + 2)..end]);
                at = Math.Min(end + 2, path.Length);
            }
            else if (path[at] is '[')
            {
                end = path.IndexOf(']', at);
                end = end < 0 ? path.Length : end;
                segments.Add(path[(at + 1)..end]);
                at = Math.Min(end + 1, path.Length);
            }
            else
            {
                at += path[at] is '.' ? 1 : 0;
                end = path.IndexOfAny(['.', '['], at);
                end = end < 0 ? path.Length : end;
                if (end > at)
                    segments.Add(path[at..end]);
                at = end;
            }
        }
        return segments;
    }
}
