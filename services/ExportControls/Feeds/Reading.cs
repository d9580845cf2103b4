using Chokepoint.ExportControls.Drafts;
using Chokepoint.ExportControls.Notices;

namespace Chokepoint.ExportControls.Feeds;

/// <summary>What was read of a document: a notice with gaps, and for each field where it was read or why it was not.</summary>
/// <param name="State">Pending, set aside or unreadable.</param>
/// <param name="Reason">Why it is not pending.</param>
/// <param name="Passages">By JSON Pointer into <paramref name="Notice"/>.</param>
/// <param name="Unread">By JSON Pointer too: why nothing stands there, or what null there means.</param>
internal sealed record Reading(
    DraftState State,
    string? Reason,
    NoticeRequest Notice,
    IReadOnlyDictionary<string, IReadOnlyList<Passage>> Passages,
    IReadOnlyDictionary<string, string> Unread)
{
    /// <summary>Nothing could be read; the document is kept as it came.</summary>
    public static Reading Unreadable(string reason) => new(
        DraftState.Unreadable, reason, new NoticeRequest(),
        new Dictionary<string, IReadOnlyList<Passage>>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
}

/// <summary>The words that a field was read from.</summary>
/// <param name="Feed">Whose document it is in.</param>
/// <param name="Document">What the feed calls the document.</param>
/// <param name="Field">Where in the document: <c>abstract</c>.</param>
/// <param name="Text">As it stands there.</param>
/// <param name="Rule">How the value follows from the words, where it is more than a copy of them.</param>
internal sealed record Passage(string Feed, string Document, string Field, string Text, string? Rule);

/// <summary>A value and the words it was found in.</summary>
internal sealed record Found<T>(T Value, string Field, string Text, string? Rule = null);

/// <summary>Collects what was found where, while a document is read.</summary>
internal sealed class Evidence(string feed, string document)
{
    private readonly Dictionary<string, IReadOnlyList<Passage>> _passages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unread = new(StringComparer.Ordinal);

    /// <summary>The value found for a field, or default, with the reason.</summary>
    public T? Of<T>(string pointer, Found<T>? found, string unread)
    {
        if (found is null)
        {
            _unread[pointer] = unread;
            return default;
        }
        _passages[pointer] = [PassageOf(found)];
        return found.Value;
    }

    /// <summary>The values found for the entries of a list, or null.</summary>
    public IReadOnlyList<T>? Of<T>(string pointer, IReadOnlyList<Found<T>> found, string unread)
    {
        if (found.Count is 0)
        {
            _unread[pointer] = unread;
            return null;
        }
        foreach (var (i, one) in found.Index()) _passages[$"{pointer}/{i}"] = [PassageOf(one)];
        return [.. found.Select(f => f.Value)];
    }

    /// <summary>It takes a measure away: the words for it, and what is left to whoever reviews the draft.</summary>
    /// <param name="alone">No clause was made.</param>
    public void Lifts(Found<string> words, bool alone)
    {
        _passages["/clauses"] = [PassageOf(words)];
        Remark("/clauses", (alone ? "It takes a measure away and brings none of its own. " : "It also takes a measure away. ")
            + "Name the notice that it acts on, with suspend or repeal, among the actions.");
    }

    public void Remark(string pointer, string remark) => _unread[pointer] = remark;

    public Reading Reads(NoticeRequest notice, string? setAside) =>
        new(setAside is null ? DraftState.Pending : DraftState.SetAside, setAside, notice, _passages, _unread);

    private Passage PassageOf<T>(Found<T> found) => new(feed, document, found.Field, found.Text, found.Rule);
}
