using System.Globalization;
using System.Text;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.RiskScoring.Scores;
using Chokepoint.ServiceDefaults;
using Microsoft.Net.Http.Headers;

namespace Chokepoint.RiskScoring.Lists;

/// <summary>
/// Answers a list as CSV (RFC 4180) where <c>Accept</c> prefers <c>text/csv</c> to JSON: a column per member, members of members by their path,
/// lists within a row as JSON. The cursor of the next page is in the header <c>Link</c>.
/// </summary>
internal sealed class CsvAnswers : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        var http = context.HttpContext;
        if (!Prefers(http.Request) || result is not IValueHttpResult { Value: { } value }) return result;
        var page = JsonSerializer.SerializeToElement(value, value.GetType(), EventJson.Options);
        if (page.ValueKind != JsonValueKind.Object || !page.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array) return result;
        if (page.TryGetProperty("nextCursor", out var cursor) && cursor.GetString() is { } after)
        {
            http.Response.Headers.Append(HeaderNames.Link, $"<{http.Request.Path}{QueryWith(http.Request, after)}>; rel=\"next\"");
        }

        var csv = Write(items);
        var tag = ETags.Of("text/csv", csv);
        if (StoredDocument.IsKnown(http.Request, tag)) return StoredDocument.NotModified(http, tag);
        return StoredDocument.Answer(http, tag, Encoding.UTF8.GetBytes(csv), "text/csv; charset=utf-8");
    }

    public static bool Prefers(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality("text/csv") is { } csv && csv > (Quality("application/json") ?? 0);

        double? Quality(string type) => accepted.FirstOrDefault(a => a.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)) is { } found ? found.Quality ?? 1 : null;
    }

    private static string QueryWith(HttpRequest request, string cursor) => QueryString.Create(
        request.Query.Where(q => q.Key != "cursor").SelectMany(q => q.Value.Select(v => KeyValuePair.Create(q.Key, v))).Append(KeyValuePair.Create("cursor", (string?)cursor))).ToString();

    private static string Write(JsonElement items)
    {
        var rows = items.EnumerateArray().Select(Flat).ToList();
        var columns = rows.SelectMany(r => r.Keys).Distinct(StringComparer.Ordinal).ToList();
        var csv = new StringBuilder();
        csv.AppendJoin(',', columns.Select(Quoted)).Append("\r\n");
        foreach (var row in rows) csv.AppendJoin(',', columns.Select(c => Quoted(row.GetValueOrDefault(c, "")))).Append("\r\n");
        return csv.ToString();
    }

    private static Dictionary<string, string> Flat(JsonElement item)
    {
        var row = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("", item);
        return row;

        void Add(string path, JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in value.EnumerateObject()) Add(path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value);
            }
            else
            {
                row[path] = value.ValueKind switch { JsonValueKind.Null => "", JsonValueKind.String => value.GetString()!, _ => value.GetRawText() };
            }
        }
    }

    /// <summary>A cell that a spreadsheet would take for a formula is led by an apostrophe (CWE-1236); a number is none.</summary>
    private static string Quoted(string cell)
    {
        if (cell.Length > 0 && "=+-@\t".Contains(cell[0], StringComparison.Ordinal) && !double.TryParse(cell, CultureInfo.InvariantCulture, out _)) cell = "'" + cell;
        return cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
