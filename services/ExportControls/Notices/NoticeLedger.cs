using System.Text.Json;
using System.Text.Json.Serialization;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Chokepoint.ExportControls.Notices;

/// <summary>What became of a notice that was handed in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecordOutcome>))]
internal enum RecordOutcome
{
    [JsonStringEnumMemberName("created")] Created,
    [JsonStringEnumMemberName("unchanged")] Unchanged,

    /// <summary>The same notice from another source: one notice, both sources, the better confidence.</summary>
    [JsonStringEnumMemberName("merged")] Merged,

    /// <summary>Its number is taken by other content.</summary>
    [JsonStringEnumMemberName("conflicting")] Conflicting,

    [JsonStringEnumMemberName("corrected")] Corrected,
}

/// <summary>What became of a notice of an edition.</summary>
internal enum SettleOutcome
{
    Added,
    Updated,
    Unchanged,

    /// <summary>An operator recorded or corrected it; theirs counts.</summary>
    Kept,
}

/// <param name="Notice">As it is after the write, with its clauses.</param>
internal sealed record Recorded(RecordOutcome Outcome, NoticeRow Notice, Impact Impact);

/// <summary>
/// Records notices, each in one transaction with every clause it changes, whosever notice that clause is in, and the events that
/// say so. The notices involved are locked by their keys in one order, so that two writers never wait for each other.
/// </summary>
internal sealed class NoticeLedger(ControlsDbContext db, ClauseLedger clauses, TimeProvider time)
{
    /// <summary>Records a notice, or finds that it is here already.</summary>
    /// <param name="dryRun">Does everything and keeps nothing.</param>
    /// <exception cref="ProblemException">An action does not fit its target (422).</exception>
    public Task<Recorded> RecordAsync(NoticeDocument document, bool dryRun, CancellationToken cancellationToken) =>
        InTransactionAsync(async () =>
        {
            (document, var existing) = await LockAsync(document, cancellationToken);
            if (existing is not null && !CanonicalContent.Same(existing.Document, document))
            {
                if (existing.Origin is NoticeOrigin.Operator) return Without(RecordOutcome.Conflicting, existing);
                // The first that is posted under this number: it takes the place of what shipped.
                existing.Origin = NoticeOrigin.Operator;
                return new Recorded(RecordOutcome.Created, existing, await RewriteAsync(existing, document, cancellationToken));
            }
            if (existing is not null)
            {
                var merged = Merge(existing.Document, document);
                if (merged == existing.Document) return Without(RecordOutcome.Unchanged, existing);
                existing.Origin = NoticeOrigin.Operator;
                return new Recorded(RecordOutcome.Merged, existing, await RewriteAsync(existing, merged, cancellationToken));
            }

            var notice = Add(document, NoticeOrigin.Operator);
            return new Recorded(RecordOutcome.Created, notice, await ApplyAsync(notice, before: null, cancellationToken));
        }, dryRun, cancellationToken);

    /// <summary>
    /// Records a shipped notice as history, of which subscribers hear nothing; or brings an earlier edition's wording of it to this
    /// one. What an operator recorded or corrected under its number is left alone.
    /// </summary>
    /// <exception cref="ProblemException">An action does not fit its target (422).</exception>
    public Task<SettleOutcome> SettleBuiltInAsync(NoticeDocument document, CancellationToken cancellationToken) =>
        InTransactionAsync(async () =>
        {
            (document, var existing) = await LockAsync(document, cancellationToken);
            if (existing is null)
            {
                await ApplyAsync(Add(document, NoticeOrigin.BuiltIn), before: null, cancellationToken, silent: true);
                return SettleOutcome.Added;
            }
            if (existing.Origin is NoticeOrigin.Operator) return SettleOutcome.Kept;
            if (Text(existing.Document) == Text(document)) return SettleOutcome.Unchanged;
            await RewriteAsync(existing, document, cancellationToken, silent: true);
            return SettleOutcome.Updated;

            static string Text(NoticeDocument any) => JsonSerializer.Serialize(any, EventJson.Options);
        }, dryRun: false, cancellationToken);

    /// <summary>Corrects a notice. What was believed before stays on record.</summary>
    /// <param name="precondition">Asked under the lock; throws where the caller's view of the notice is stale.</param>
    /// <returns>Null when no notice has this id.</returns>
    public Task<Recorded?> CorrectAsync(Guid id, NoticeDocument document, Action<NoticeRow> precondition, CancellationToken cancellationToken) =>
        InTransactionAsync(async () =>
        {
            var before = await db.Notices.AsNoTracking().Where(n => n.Id == id).Select(n => n.Document).FirstOrDefaultAsync(cancellationToken);
            if (before is null) return null;
            var names = await NoticeNames.LockAsync(Transaction, [before, document], cancellationToken);
            var notice = await LoadAsync(id, cancellationToken);
            precondition(notice);
            if (document.Issuer != notice.Issuer)
                throw ProblemException.Invalid("/issuer", $"Must stay {notice.Issuer}: with the number it says which notice this is.");
            if (document.DocumentNumber != notice.DocumentNumber && NoticeKey.Of(document).Number != notice.NumberKey)
                throw ProblemException.Invalid("/documentNumber", $"Must stay {notice.DocumentNumber}: it says which notice this is.");
            document = names.AsRecorded(document) with { DocumentNumber = notice.DocumentNumber };
            Rekey(notice, document, names);
            notice.Origin = NoticeOrigin.Operator;
            return (Recorded?)new Recorded(RecordOutcome.Corrected, notice, await RewriteAsync(notice, document, cancellationToken));
        }, dryRun: false, cancellationToken);

    private NoticeRow Add(NoticeDocument document, NoticeOrigin origin)
    {
        var now = time.GetUtcNow();
        var knownFrom = IssuerDay.StartOf(document.Issuer, document.AnnouncedOn);
        var notice = new NoticeRow
        {
            KnownFrom = knownFrom,
            KnownDay = Economies.DayOf(document.Issuer, knownFrom),
            Id = Guid.CreateVersion7(now),
            Issuer = document.Issuer,
            DocumentNumber = document.DocumentNumber,
            NumberKey = NoticeKey.Of(document).Number,
            AnnouncedOn = document.AnnouncedOn,
            Document = document,
            Revision = 1,
            Origin = origin,
            RecordedAt = now,
            UpdatedAt = now,
        };
        db.Notices.Add(notice);
        AddRevision(notice, knownFrom);
        return notice;
    }

    private async Task<Impact> RewriteAsync(
        NoticeRow notice, NoticeDocument document, CancellationToken cancellationToken, bool silent = false)
    {
        var before = notice.Document;
        notice.Document = document;
        notice.AnnouncedOn = document.AnnouncedOn;
        notice.Revision++;
        notice.UpdatedAt = time.GetUtcNow();
        AddRevision(notice, notice.UpdatedAt);
        return await ApplyAsync(notice, before, cancellationToken, silent);
    }

    /// <summary>Brings every clause that the notice has, had, acts on or acted on to what is known now.</summary>
    private async Task<Impact> ApplyAsync(NoticeRow notice, NoticeDocument? before, CancellationToken cancellationToken, bool silent = false)
    {
        foreach (var (ordinal, clause) in notice.Document.Clauses.Index())
        {
            var row = notice.Clauses.Find(c => c.Number == clause.Number);
            if (row is null)
            {
                row = NewClause(notice, clause);
                notice.Clauses.Add(row);
                db.Clauses.Add(row);
            }
            row.Ordinal = ordinal;
        }

        var scene = await ActionScene.LoadAsync(db, notice, cancellationToken);
        SceneCheck.Check(scene, notice);
        var changes = new List<ClauseChange>();
        foreach (var row in notice.Clauses.Where(c => !c.IsRemoved && notice.Document.Clauses.All(d => d.Number != c.Number)))
            changes.Add(clauses.Remove(row, before!, silent));
        foreach (var (row, document, actions) in scene.Touched())
            changes.Add(clauses.Restate(row, document, actions, silent));
        scene.Store(db, notice);
        var wording = db.Revisions.Local.Single(r => r.NoticeId == notice.Id && r.Revision == notice.Revision);
        foreach (var settled in scene.Targets.Append(notice)) settled.Settle(wording.KnownFrom, wording.KnownDay);
        return Impact.Of(changes, time.GetUtcNow());
    }

    private static ClauseRow NewClause(NoticeRow notice, ClauseDocument clause) => new()
    {
        Id = Guid.CreateVersion7(notice.UpdatedAt),
        NoticeId = notice.Id,
        Issuer = notice.Issuer,
        DocumentNumber = notice.DocumentNumber,
        Number = clause.Number,
        Ordinal = 0,
        Measure = clause.Measure,
        Minerals = [],
        Destinations = null,
        ExcludedDestinations = [],
    };

    private void AddRevision(NoticeRow notice, DateTimeOffset knownFrom) => db.Revisions.Add(new NoticeRevisionRow
    {
        NoticeId = notice.Id,
        Revision = notice.Revision,
        KnownFrom = knownFrom,
        KnownDay = Economies.DayOf(notice.Issuer, knownFrom),
        Document = notice.Document,
    });

    private static NoticeDocument Merge(NoticeDocument known, NoticeDocument other)
    {
        var merged = known with
        {
            Sources = CanonicalContent.Ordered([.. known.Sources, .. other.Sources]),
            Confidence = other.Confidence is Confidence.Confirmed ? Confidence.Confirmed : known.Confidence,
            DateClaims = DateClaims.Union(known.DateClaims, other.DateClaims),
            Clauses = [.. known.Clauses.Select(c => c with
            {
                DateClaims = DateClaims.Union(c.DateClaims, other.Clauses.First(o => o.Number == c.Number).DateClaims),
            })],
        };
        return AboutIt(merged) == AboutIt(known) ? known : merged;

        static string AboutIt(NoticeDocument notice) => JsonSerializer.Serialize(
            new { Sources = notice.Sources.Count, notice.Confidence, notice.DateClaims, Clauses = notice.Clauses.Select(c => c.DateClaims) }, EventJson.Options);
    }

    /// <summary>Locks a document's notice and those it acts on by all their names.</summary>
    /// <returns>The document with every number as it is on record, and the notice that it tells of, if that is here.</returns>
    /// <exception cref="ProblemException">409: a notice of another series bears the same bare number.</exception>
    private async Task<(NoticeDocument Document, NoticeRow? Existing)> LockAsync(NoticeDocument document, CancellationToken cancellationToken)
    {
        var names = await NoticeNames.LockAsync(Transaction, [document], cancellationToken);
        if (names.Find(document) is { } known) return (names.AsRecorded(document), await LoadAsync(known.Id, cancellationToken));
        if (names.Namesake(document) is { } other)
            throw new ProblemException(
                ProblemKind.Conflict,
                $"/documentNumber: {document.DocumentNumber} of {document.Issuer} is here as {other.Key}, notice {other.Id}; "
                + $"by its authority this one is another, so write its series too: {NoticeKey.Of(document).Number}, or as the document has it.");
        return (names.AsRecorded(document), null);
    }

    /// <summary>A correction of who signed it may tell another series.</summary>
    private static void Rekey(NoticeRow notice, NoticeDocument document, NoticeNames names)
    {
        if (notice.DuplicateOf is not null) return;
        var key = NoticeKey.Of(document).Number;
        if (names.Find(document) is { } other && other.Id != notice.Id)
            throw ProblemException.Invalid("/authority", $"Makes it the number {key}, which is that of notice {other.Id}.");
        notice.NumberKey = key;
    }

    private async Task<NoticeRow> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        var notice = await db.Notices.SingleAsync(n => n.Id == id, cancellationToken);
        await ClauseLocks.LoadAsync(db, [id], cancellationToken);
        return notice;
    }

    private NpgsqlTransaction Transaction => (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction();

    private Recorded Without(RecordOutcome outcome, NoticeRow notice) => new(outcome, notice, Impact.Of([], time.GetUtcNow()));

    private Task<T> InTransactionAsync<T>(Func<Task<T>> work, bool dryRun, CancellationToken cancellationToken) =>
        db.Database.CurrentTransaction is not null ? JoinAsync(work, cancellationToken) : db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear(); // a second attempt starts from what is stored
            db.Database.AutoSavepointsEnabled = false; // what fails is rolled back whole: a savepoint would be two round trips for nothing
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var result = await work();
            await db.SaveChangesAsync(cancellationToken);
            if (!dryRun) await transaction.CommitAsync(cancellationToken);
            return result;
        });

    /// <summary>Within a caller's own transaction, as when a draft becomes a notice: the caller commits both or neither.</summary>
    private async Task<T> JoinAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var result = await work();
        await db.SaveChangesAsync(cancellationToken);
        return result;
    }
}
