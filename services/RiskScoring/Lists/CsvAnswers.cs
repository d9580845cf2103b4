using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Chokepoint.Contracts;
using Chokepoint.ServiceDefaults;
using Microsoft.Net.Http.Headers;

namespace Chokepoint.RiskScoring.Lists;

/// <summary>
/// Answers a list as CSV (RFC 4180) where <c>Accept</c> prefers <c>text/csv</c> to JSON: a column per member of the type, whatever
/// the rows hold, so that an empty list has its header; members of members by their path, lists within a row as JSON. The cursor of the next page is
/// in the header <c>Link</c>.
/// </summary>
internal sealed class CsvAnswers : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        var http = context.HttpContext;
        if (!Prefers(http.Request) || result is not IValueHttpResult { Value: { } value }) return result;
        if (!TryItemType(value.GetType(), out var item)) return result;
        var page = JsonSerializer.SerializeToElement(value, value.GetType(), EventJson.Options);
        if (page.TryGetProperty("nextCursor", out var cursor) && cursor.GetString() is { } after)
        {
            http.Response.Headers.Append(HeaderNames.Link, $"<{http.Request.Path}{QueryWith(http.Request, after)}>; rel=\"next\"");
        }

        var csv = Write([.. Columns(item, "")], page.GetProperty("items"));
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

    private static bool TryItemType(Type type, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Type? item)
    {
        item = EventJson.Options.GetTypeInfo(type).Properties.FirstOrDefault(p => p.Name == "items") is { } items
            ? EventJson.Options.GetTypeInfo(items.PropertyType).ElementType
            : null;
        return item is not null;
    }

    private static IEnumerable<string> Columns(Type type, string path)
    {
        var info = EventJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        return info.Kind != JsonTypeInfoKind.Object
            ? [path]
            : info.Properties.Where(p => p.Get is not null).SelectMany(p => Columns(p.PropertyType, path.Length == 0 ? p.Name : $"{path}.{p.Name}"));
    }

    private static string Write(string[] columns, JsonElement items)
    {
        var csv = new StringBuilder();
        csv.AppendJoin(',', columns.Select(Quoted)).Append("\r\n");
        foreach (var item in items.EnumerateArray()) csv.AppendJoin(',', columns.Select(c => Quoted(Cell(item, c)))).Append("\r\n");
        return csv.ToString();
    }

    private static string Cell(JsonElement item, string column)
    {
        foreach (var member in column.Split('.'))
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(member, out item)) return "";
        }

        return item.ValueKind switch { JsonValueKind.Null => "", JsonValueKind.String => item.GetString()!, _ => item.GetRawText() };
    }

    /// <summary>A cell that a spreadsheet would take for a formula is led by an apostrophe (CWE-1236); a number is none.</summary>
    private static string Quoted(string cell)
    {
        if (cell.Length > 0 && "=+-@\t".Contains(cell[0], StringComparison.Ordinal) && !double.TryParse(cell, CultureInfo.InvariantCulture, out _)) cell = "'" + cell;
        return cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
