using Chokepoint.Polling;

namespace Chokepoint.ExportControls.Feeds;

/// <summary>
/// A public source of announcements. What it needs to be one: fetch pages of documents, and read a document, each field with the
/// passage it was read from. Everything else (turns, memory, drafts, state, alerts) is the same for all.
/// </summary>
internal interface IFeed
{
    /// <summary>Its name everywhere: <c>federal-register</c>.</summary>
    string Name { get; }

    /// <summary>Asks the source for what may be new, page by page.</summary>
    /// <exception cref="PollException">The answer as a whole is not what it should be: nothing of it is taken.</exception>
    IAsyncEnumerable<FeedPage> FetchAsync(PollTurn turn, CancellationToken cancellationToken);

    /// <summary>Reads one document, with no I/O. What cannot be read stays null, with the reason; nothing is made up.</summary>
    Reading Read(FeedDocument document);
}

/// <summary>A document as the feed gave it.</summary>
/// <param name="Key">What the feed calls it, the same in every later version of it.</param>
/// <param name="Content">Its text as received: an object of JSON, a row, a page.</param>
internal sealed record FeedDocument(string Key, string Content, string? Url);

/// <param name="Cursor">Where the next turn begins once these documents are stored.</param>
internal sealed record FeedPage(IReadOnlyList<FeedDocument> Documents, string? Cursor);
