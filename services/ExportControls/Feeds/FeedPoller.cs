using System.Text;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Drafts;
using Chokepoint.Polling;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Chokepoint.ExportControls.Feeds;

/// <summary>
/// Polls a feed into the review queue: every document of a page that is new, or reads differently than before, is taken in the one
/// transaction that also makes the feed's progress last.
/// </summary>
internal sealed class FeedPoller<TFeed>(TFeed feed, IServiceScopeFactory scopes, ILogger<FeedPoller<TFeed>> logger) : IPolledSource
    where TFeed : IFeed
{
    public async Task PollAsync(PollTurn turn, CancellationToken cancellationToken)
    {
        await foreach (var page in feed.FetchAsync(turn, cancellationToken))
            await StoreAsync(turn, page, cancellationToken);
    }

    private async Task StoreAsync(PollTurn turn, FeedPage page, CancellationToken cancellationToken)
    {
        var read = page.Documents.DistinctBy(d => d.Key, StringComparer.Ordinal).Select(d => (Document: d, Reading: Read(d)))
            .ToDictionary(d => SeenDocument.Of(d.Document.Key, Encoding.UTF8.GetBytes(WhatItSays(d.Document, d.Reading))));

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ControlsDbContext>();
        var intake = scope.ServiceProvider.GetRequiredService<DraftIntake>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await intake.BeginAsync(cancellationToken);
        foreach (var seen in await turn.UnseenAsync(read.Keys, cancellationToken))
            await intake.TakeAsync(feed.Name, read[seen].Document, read[seen].Reading, cancellationToken);
        await turn.AdvanceAsync((NpgsqlConnection)db.Database.GetDbConnection(), page.Cursor, read.Keys, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// What was read of it, since much of a document changes that says nothing: counters, addresses with a time in them. Of one that
    /// cannot be read, all of it.
    /// </summary>
    private static string WhatItSays(FeedDocument document, Reading reading) =>
        reading.State is DraftState.Unreadable ? document.Content : DraftIntake.Text(reading);

    /// <summary>A document that the reader fails on is kept as unreadable: it must not hold up those behind it.</summary>
    private Reading Read(FeedDocument document)
    {
        try
        {
            return feed.Read(document);
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "Document {Key} of {Feed} could not be read", document.Key, feed.Name);
            return Reading.Unreadable($"The reader failed on it ({fault.GetType().Name}); the service's log has the cause.");
        }
    }
}
