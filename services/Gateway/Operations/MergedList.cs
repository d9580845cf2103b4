using System.Text.Json.Nodes;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.Gateway.Operations;

/// <summary>A page over all services.</summary>
/// <param name="Items">Each with the member <c>service</c> before its own.</param>
/// <param name="Unavailable">Services that did not answer, and whose items are missing.</param>
internal sealed record MergedPage(IReadOnlyList<JsonObject> Items, string? NextCursor, IReadOnlyList<string> Unavailable);

/// <summary>
/// Merges the same list of several services. Rows are in the order of their ids, which are UUIDs of version 7 and so sort by time
/// whichever service made them; the cursor is the last id, and means to every service: what comes after it.
/// </summary>
internal static class MergedList
{
    public static MergedPage Of(IReadOnlyList<ServiceAnswer> answers, int limit, bool newestFirst)
    {
        var found = answers.Where(answer => answer.IsOk)
            .SelectMany(answer => answer.Content!["items"]!.AsArray().Select(item => (answer.Service, Item: item!.AsObject(), Id: item["id"]!.GetValue<string>())));
        // As text: hexadecimal digits in their order, which is how Postgres compares UUIDs too (Guid.CompareTo does not).
        var ordered = (newestFirst ? found.OrderByDescending(row => row.Id, StringComparer.Ordinal) : found.OrderBy(row => row.Id, StringComparer.Ordinal)).ToArray();
        var more = ordered.Length > limit || answers.Any(answer => answer.IsOk && answer.Content!["nextCursor"] is not null);
        var page = ordered.Take(limit).ToArray();
        return new MergedPage(
            [.. page.Select(row => Named(row.Service, row.Item))],
            more && page.Length > 0 ? Cursor.Write(Guid.Parse(page[^1].Id)) : null,
            [.. answers.Where(answer => !answer.IsOk).Select(answer => answer.Service)]);
    }

    private static JsonObject Named(string service, JsonObject item)
    {
        var named = new JsonObject { ["service"] = service };
        foreach (var (name, value) in item)
            named[name] = value?.DeepClone();
        return named;
    }
}
