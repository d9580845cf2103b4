using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Feeds;
using Chokepoint.ExportControls.Notices;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Drafts;

/// <summary>
/// Takes what feeds bring into the queue, within the transaction that also makes the feed's progress last. A notice has one open
/// draft, whoever tells of it and however often: a second telling adds a source, a revision is brought into what is open, and after a
/// decision it becomes a new draft.
/// </summary>
internal sealed partial class DraftIntake(ControlsDbContext db, NoticeLedger notices, TimeProvider time)
{
    private const int LongestContent = 256 * 1024;

    /// <summary>One intake at a time, over all feeds and processes: two feeds may tell of one notice at the same moment.</summary>
    public Task BeginAsync(CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('drafts', 0))", cancellationToken);

    public async Task TakeAsync(string feed, FeedDocument document, Reading reading, CancellationToken cancellationToken)
    {
        var known = await db.Set<DraftRow>().Include(d => d.Sources)
            .Where(d => d.Sources.Any(s => s.Feed == feed && s.Key == document.Key))
            .OrderByDescending(d => d.No).FirstOrDefaultAsync(cancellationToken);
        var notice = NoticeJson.Of(reading.Notice);
        if (known is not null)
        {
            var source = known.Sources.Single(s => s.Feed == feed && s.Key == document.Key);
            if (IsOpen(known)) Revise(known, source, feed, document, reading, notice);
            else if (NoticeJson.Parse(source.Reading) is var before && !JsonNode.DeepEquals(before, notice))
                await BeginAnewAsync(known, feed, document, reading, notice, _ => source.Clause, part => NoticeJson.Rebase(before, notice, part), cancellationToken);
            else Refresh(source, document, notice);
        }
        else if (await TwinAsync(reading.Notice, cancellationToken) is { } twin)
        {
            await AddSourceAsync(twin, feed, document, reading, notice, cancellationToken);
        }
        else
        {
            Add(feed, document, reading, notice, previous: null, corrects: null);
        }
        await db.SaveChangesAsync(cancellationToken); // the next document may be its twin
    }

    /// <summary>The latest draft of the same notice, from whatever feed.</summary>
    private async Task<DraftRow?> TwinAsync(NoticeRequest notice, CancellationToken cancellationToken)
    {
        if (notice is not { Issuer: { } issuer, DocumentNumber: { } number }) return null;
        var key = NoticeKey.Of(issuer, number, notice.Authority).Number;
        return await db.Set<DraftRow>().Include(d => d.Sources).Where(d => d.Issuer == issuer && d.NumberKey == key)
            .OrderByDescending(d => d.No).FirstOrDefaultAsync(cancellationToken);
    }

    private DraftRow Add(string feed, FeedDocument document, Reading reading, JsonObject notice, DraftRow? previous, Guid? corrects, int clause = 0)
    {
        var now = time.GetUtcNow();
        var draft = new DraftRow
        {
            Id = Guid.CreateVersion7(now), State = reading.State, Reason = reading.Reason, Notice = Text(notice), AsRead = Text(notice),
            Passages = Text(reading.Passages), Unread = Text(reading.Unread), Corrects = corrects, PreviousId = previous?.Id, Version = 1,
            CreatedAt = now, UpdatedAt = now,
        };
        Identify(draft, notice);
        draft.Sources.Add(SourceOf(draft, feed, document, notice, clause));
        db.Add(draft);
        return draft;
    }

    /// <summary>The document was revised while its draft is open: what changed in it is brought in, what a reviewer changed stays.</summary>
    private void Revise(DraftRow draft, DraftSourceRow source, string feed, FeedDocument document, Reading reading, JsonObject notice)
    {
        var before = NoticeJson.Parse(source.Reading);
        draft.AsRead = Text(NoticeJson.Parse(draft.AsRead).WithClause(source.Clause, part => NoticeJson.Rebase(before, notice, part)));
        Rewrite(draft, NoticeJson.Parse(draft.Notice).WithClause(source.Clause, part => NoticeJson.Rebase(before, notice, part)), feed, document, source.Clause, reading);
        // What a reviewer has taken up stays up, whatever the reader makes of the new version.
        if (draft.State is not DraftState.Pending) (draft.State, draft.Reason) = (reading.State, reading.Reason);
        Refresh(source, document, notice);
    }

    /// <summary>
    /// Something came after the decision: a new draft, and where it was to record the notice, one that corrects that and starts from it as
    /// it stands, since a reviewer had filled what could not be read.
    /// </summary>
    /// <param name="clauseOf">Which of the notice's clauses the document tells of.</param>
    /// <param name="change">What the document changes in the notice, as if it had that clause alone.</param>
    private async Task BeginAnewAsync(
        DraftRow closed, string feed, FeedDocument document, Reading reading, JsonObject notice, Func<NoticeDocument, int> clauseOf,
        Func<JsonObject, JsonNode?> change, CancellationToken cancellationToken)
    {
        var stored = closed.NoticeId is { } id
            ? await db.Notices.AsNoTracking().Where(n => n.Id == id).Select(n => new { n.Document, n.Revision }).FirstOrDefaultAsync(cancellationToken) : null;
        var clause = stored is null ? 0 : clauseOf(stored.Document);
        var draft = Add(feed, document, reading, notice, closed, closed.NoticeId, clause);
        if (stored is null) return;
        draft.CorrectsRevision = stored.Revision;
        var corrected = NoticeJson.Parse(Text(stored.Document)).WithClause(clause, change);
        draft.AsRead = Text(corrected);
        (draft.Passages, draft.Unread) = ("{}", "{}");
        Rewrite(draft, corrected, feed, document, clause, reading);
        (draft.State, draft.Reason) = (DraftState.Pending, null);
    }

    /// <summary>Another document speaks of the same notice.</summary>
    private async Task AddSourceAsync(
        DraftRow draft, string feed, FeedDocument document, Reading reading, JsonObject notice, CancellationToken cancellationToken)
    {
        // A feed that has told of it already, in another document, tells of another clause; another feed of the same one.
        var isFurther = draft.Sources.Exists(s => s.Feed == feed);
        if (isFurther && !IsOpen(draft))
        {
            await BeginAnewAsync(draft, feed, document, reading, notice, n => n.Clauses.Count, part => NoticeJson.Fill(part, notice), cancellationToken);
            return;
        }
        var clause = isFurther ? (NoticeJson.Parse(draft.Notice)["clauses"] as JsonArray)?.Count ?? 0 : 0;
        draft.Sources.Add(SourceOf(draft, feed, document, notice, clause));
        if (IsOpen(draft))
        {
            draft.AsRead = Text(NoticeJson.Parse(draft.AsRead).WithClause(clause, part => NoticeJson.Fill(part, notice)));
            Rewrite(draft, NoticeJson.Parse(draft.Notice).WithClause(clause, part => NoticeJson.Fill(part, notice)), feed, document, clause, reading);
            if (draft.State is not DraftState.Pending && reading.State is DraftState.Pending) (draft.State, draft.Reason) = (DraftState.Pending, null);
            return;
        }
        (draft.Version, draft.UpdatedAt) = (draft.Version + 1, time.GetUtcNow());
        if (draft.NoticeId is not { } id || await db.Notices.AsNoTracking().FirstOrDefaultAsync(n => n.Id == id, cancellationToken) is not { } recorded) return;
        // The notice itself gets the source too, by the path that a second posting of it takes; what it says stays.
        var sources = SourcesOf(reading.Notice);
        await notices.RecordAsync(
            recorded.Document with
            {
                Sources = [.. recorded.Document.Sources.Concat(sources).Distinct()],
                Confidence = sources.Exists(s => s.Kind is "primary") ? Confidence.Confirmed : recorded.Document.Confidence,
            }, dryRun: false, cancellationToken);
    }

    private void Rewrite(DraftRow draft, JsonObject notice, string feed, FeedDocument document, int clause, Reading reading)
    {
        draft.Notice = Text(notice);
        var passages = JsonSerializer.Deserialize<Dictionary<string, List<Passage>>>(draft.Passages, EventJson.Options)!;
        foreach (var list in passages.Values) list.RemoveAll(p => p.Feed == feed && p.Document == document.Key);
        var places = DraftActions.Places(notice["actions"] as JsonArray ?? [], NoticeJson.Of(reading.Notice)["actions"] as JsonArray);
        foreach (var (read, at) in reading.Passages.Select(p => (p.Value, NoticeJson.ForAction(NoticeJson.ForClause(p.Key, clause), places))))
        {
            if (at is not { } pointer) continue;
            if (!passages.TryGetValue(pointer, out var list)) passages[pointer] = list = [];
            list.AddRange(read);
        }
        draft.Passages = Text(passages.Where(p => p.Value.Count > 0).ToDictionary(StringComparer.Ordinal));
        var unread = JsonSerializer.Deserialize<Dictionary<string, string>>(draft.Unread, EventJson.Options)!;
        foreach (var (read, reason) in reading.Unread)
            if (NoticeJson.ForAction(NoticeJson.ForClause(read, clause), places) is { } pointer) unread.TryAdd(pointer, reason);
        draft.Unread = Text(unread.Where(u => !passages.ContainsKey(u.Key) || !NoticeJson.IsRead(notice, u.Key)).ToDictionary(StringComparer.Ordinal));
        Identify(draft, notice);
        (draft.Version, draft.UpdatedAt) = (draft.Version + 1, time.GetUtcNow());
    }

    private void Refresh(DraftSourceRow source, FeedDocument document, JsonObject notice)
    {
        (source.Content, source.Url, source.Reading, source.LastSeenAt) = (Kept(document.Content), document.Url, Text(notice), time.GetUtcNow());
    }

    private DraftSourceRow SourceOf(DraftRow draft, string feed, FeedDocument document, JsonObject notice, int clause) => new()
    {
        DraftId = draft.Id, Feed = feed, Key = document.Key, Url = document.Url, Clause = clause, Content = Kept(document.Content), Reading = Text(notice),
        FirstSeenAt = time.GetUtcNow(), LastSeenAt = time.GetUtcNow(),
    };

    private static List<SourceReference> SourcesOf(NoticeRequest notice) =>
        [.. (notice.Sources ?? []).Where(s => s is { Url: not null, Kind: not null }).Select(s => new SourceReference(s.Url!, s.Kind!))];

    internal static void Identify(DraftRow draft, JsonObject notice)
    {
        draft.Issuer = (string?)notice["issuer"];
        draft.NumberKey = draft.Issuer is { } issuer && (string?)notice["documentNumber"] is { } number
            ? NoticeKey.Of(issuer, number, (string?)notice["authority"]).Number : null;
    }

    internal static bool IsOpen(DraftRow draft) => draft.State is DraftState.Pending or DraftState.Unreadable or DraftState.SetAside;

    /// <summary>As the database can hold it.</summary>
    private static string Kept(string content)
    {
        var text = content.Replace("\0", "", StringComparison.Ordinal);
        return text.Length > LongestContent ? text[..LongestContent] + $"… ({text.Length} characters in all)" : text;
    }

    internal static string Text<T>(T value) => EscapedNul().Replace(JsonSerializer.Serialize(value, EventJson.Options), "${even}");

    /// <summary>Behind an even number of backslashes: behind an odd one it is an escaped backslash and the letters after it.</summary>
    [GeneratedRegex(@"(?<!\\)(?<even>(?:\\\\)*)\\u0000", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EscapedNul();
}
