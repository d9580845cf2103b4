using System.Text.Json.Nodes;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Drafts;

/// <summary>
/// Lists of actions, as JSON: an action is known by what it acts on, whatever its place, so that the actions of two documents of one
/// notice stand side by side.
/// </summary>
internal static class DraftActions
{
    /// <summary>What both tell of, filled from the other where it has gaps, and what only the other tells of.</summary>
    public static JsonArray Fill(JsonArray? known, JsonArray? other)
    {
        var all = Entries(known);
        var places = Places(all, other);
        foreach (var (i, action) in Entries(other).Index())
        {
            if (places[i] is { } place) all[place] = NoticeJson.Fill(all[place], action);
            else all.Add(action);
        }
        return new JsonArray([.. all]);
    }

    /// <summary>A document told of <paramref name="before"/> and now of <paramref name="after"/>: see <see cref="NoticeJson.Rebase"/>.</summary>
    public static JsonArray Rebase(JsonArray? before, JsonArray? after, JsonArray? reviewed)
    {
        var (old, now, all) = (Entries(before), Entries(after), Entries(reviewed));
        var (inReview, inOld) = (Places(all, after), Places(old, after));
        var oldInReview = Places(all, before);
        var gone = Enumerable.Range(0, old.Count).Except(inOld.OfType<int>())
            .Select(i => oldInReview[i] is { } place && JsonNode.DeepEquals(all[place], old[i]) ? place : (int?)null).OfType<int>().ToHashSet();
        for (var i = 0; i < now.Count; i++)
        {
            if (inReview[i] is { } place) all[place] = NoticeJson.Rebase(inOld[i] is { } earlier ? old[earlier] : null, now[i], all[place]);
            else if (inOld[i] is null) all.Add(now[i]); // one that a reviewer took out stays out
        }
        return new JsonArray([.. all.Where((_, i) => !gone.Contains(i))]);
    }

    /// <summary>For each of a document's actions its place in a list, or null where it is not there.</summary>
    public static IReadOnlyList<int?> Places(IEnumerable<JsonNode?> list, IEnumerable<JsonNode?>? some)
    {
        var all = list.ToList();
        var taken = new HashSet<int>();
        return [.. (some ?? []).Select(one =>
        {
            for (var i = 0; i < all.Count; i++)
                if (ActOnOne(all[i], one) && taken.Add(i)) return i;
            return (int?)null;
        })];
    }

    /// <summary>Whether two may be tellings of one action: on one notice, and on one clause where both name one.</summary>
    private static bool ActOnOne(JsonNode? one, JsonNode? other)
    {
        if (one?["target"] is not JsonObject a || other?["target"] is not JsonObject b) return one?["target"] is null && other?["target"] is null;
        return KeyOf(a) == KeyOf(b) && (a["clause"] is null || b["clause"] is null || JsonNode.DeepEquals(a["clause"], b["clause"]));
    }

    private static NoticeKey KeyOf(JsonObject target) => NoticeKey.Of((string?)target["issuer"] ?? "", (string?)target["documentNumber"] ?? "");

    private static List<JsonNode?> Entries(JsonArray? list) => [.. (list ?? []).Select(a => a?.DeepClone())];
}
