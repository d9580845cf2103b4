using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Notices;

namespace Chokepoint.ExportControls.Drafts;

/// <summary>Operations on a notice with gaps, as JSON, so that every field of it is treated alike.</summary>
internal static class NoticeJson
{
    private static readonly JsonSerializerOptions Strict = new(EventJson.Strict) { Converters = { new FiniteNumbers() } };

    public static JsonObject Of(NoticeRequest notice) => JsonSerializer.SerializeToNode(notice, EventJson.Options)!.AsObject();

    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    /// <exception cref="JsonException">A member is not of its kind, or not known.</exception>
    public static NoticeRequest ToRequest(JsonObject notice) => notice.Deserialize<NoticeRequest>(Strict)!;

    /// <summary>JSON Merge Patch (RFC 7396): null takes away, objects are merged, anything else replaces.</summary>
    public static JsonNode? Patch(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var result = target is JsonObject known ? (JsonObject)known.DeepClone() : [];
        foreach (var (name, change) in changes) result[name] = Patch(result[name], change);
        return result;
    }

    /// <summary>
    /// A source said <paramref name="before"/> and now says <paramref name="after"/>: brings what changed there into what a reviewer
    /// has, and leaves alone what the reviewer changed.
    /// </summary>
    public static JsonNode? Rebase(JsonNode? before, JsonNode? after, JsonNode? reviewed)
    {
        if (JsonNode.DeepEquals(before, after)) return reviewed?.DeepClone();
        if (JsonNode.DeepEquals(before, reviewed)) return after?.DeepClone();
        if (after is JsonObject afterObject && reviewed is JsonObject reviewedObject)
        {
            var result = new JsonObject();
            foreach (var name in reviewedObject.Select(m => m.Key).Union(afterObject.Select(m => m.Key), StringComparer.Ordinal).ToList())
                result[name] = name is "actions"
                    ? DraftActions.Rebase((before as JsonObject)?[name] as JsonArray, afterObject[name] as JsonArray, reviewedObject[name] as JsonArray)
                    : Rebase((before as JsonObject)?[name], afterObject[name], reviewedObject[name]);
            return result;
        }
        if (after is JsonArray afterList && reviewed is JsonArray reviewedList && afterList.Count == reviewedList.Count && afterList.All(e => e is JsonObject))
            return new JsonArray([.. afterList.Select((e, i) => Rebase((before as JsonArray)?.ElementAtOrDefault(i), e, reviewedList[i]))]);
        return reviewed?.DeepClone();
    }

    /// <summary>Fills what is null or empty from what another source says; a list of one object is filled within it.</summary>
    public static JsonNode? Fill(JsonNode? known, JsonNode? other) => (known, other) switch
    {
        (null or JsonArray { Count: 0 }, _) => (other ?? known)?.DeepClone(),
        (JsonObject a, JsonObject b) => Members(a, b),
        (JsonArray { Count: 1 } a, JsonArray { Count: 1 } b) when a[0] is JsonObject && b[0] is JsonObject => new JsonArray(Fill(a[0], b[0])),
        _ => known.DeepClone(),
    };

    /// <summary>
    /// Changes the notice as a document sees it that tells of one clause: with that clause alone. A clause beyond the last is a new one,
    /// and bears the number after its place.
    /// </summary>
    public static JsonObject WithClause(this JsonObject notice, int clause, Func<JsonObject, JsonNode?> change)
    {
        var clauses = (notice["clauses"] as JsonArray ?? []).Select(c => c?.DeepClone()).ToList();
        var part = (JsonObject)notice.DeepClone();
        part["clauses"] = clause < clauses.Count ? new JsonArray(clauses[clause]?.DeepClone()) : [];
        var changed = change(part)!.AsObject();
        if (changed["clauses"] is JsonArray { Count: 1 } one)
        {
            var own = one[0]!.DeepClone();
            if (clause < clauses.Count) clauses[clause] = own;
            else
            {
                own["number"] = (clauses.Count + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
                clauses.Add(own);
            }
        }
        changed["clauses"] = new JsonArray([.. clauses]);
        return changed;
    }

    /// <summary>A pointer into a document that has one clause, as a pointer into the notice that has more.</summary>
    public static string ForClause(string pointer, int clause) =>
        pointer.StartsWith("/clauses/0", StringComparison.Ordinal) ? $"/clauses/{clause}{pointer["/clauses/0".Length..]}" : pointer;

    /// <summary>A pointer into a document's actions, as one into those of the notice; null where the action is not there.</summary>
    /// <param name="places">Of the document's actions in the notice's.</param>
    public static string? ForAction(string pointer, IReadOnlyList<int?> places)
    {
        if (pointer.Split('/') is not ["", "actions", var index, .. var rest]) return pointer;
        return places[int.Parse(index, System.Globalization.CultureInfo.InvariantCulture)] is { } place ? string.Join('/', ["", "actions", $"{place}", .. rest]) : null;
    }

    /// <summary>The JSON Pointers at which the two differ, as far down as objects and lists of one length go.</summary>
    public static IEnumerable<string> Differences(JsonNode? one, JsonNode? other, string at = "")
    {
        if (JsonNode.DeepEquals(one, other)) return [];
        return (one, other) switch
        {
            (JsonObject a, JsonObject b) => a.Select(m => m.Key).Union(b.Select(m => m.Key), StringComparer.Ordinal).SelectMany(n => Differences(a[n], b[n], $"{at}/{n}")),
            (JsonArray a, JsonArray b) when a.Count == b.Count => Enumerable.Range(0, a.Count).SelectMany(i => Differences(a[i], b[i], $"{at}/{i}")),
            _ => [at],
        };
    }

    /// <summary>Whether something stands at a pointer.</summary>
    public static bool IsRead(JsonNode? notice, string pointer)
    {
        foreach (var step in pointer.Split('/').Skip(1))
        {
            notice = notice switch
            {
                JsonObject o => o[step],
                JsonArray a when int.TryParse(step, System.Globalization.CultureInfo.InvariantCulture, out var i) && i < a.Count => a[i],
                _ => null,
            };
        }
        return notice is not (null or JsonArray { Count: 0 });
    }

    private static JsonObject Members(JsonObject known, JsonObject other)
    {
        var result = new JsonObject();
        foreach (var name in known.Select(m => m.Key).Union(other.Select(m => m.Key), StringComparer.Ordinal))
        {
            result[name] = name switch
            {
                "sources" => Union(known[name] as JsonArray, other[name] as JsonArray),
                "actions" => DraftActions.Fill(known[name] as JsonArray, other[name] as JsonArray),
                _ => Fill(known[name], other[name]),
            };
        }
        return result;
    }

    /// <summary>The entries of both, each once.</summary>
    public static JsonArray Union(JsonArray? one, JsonArray? other)
    {
        var all = new List<JsonNode?>();
        foreach (var entry in (one ?? []).Concat(other ?? []))
            if (!all.Exists(a => JsonNode.DeepEquals(a, entry))) all.Add(entry);
        return new JsonArray([.. all.Select(a => a?.DeepClone())]);
    }
}
