using Chokepoint.ExportControls.Domain;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Data;

/// <summary>
/// Gives notices and open drafts that were stored before spellings of numbers were compared their keys: at start, before the service
/// is ready. Of two that turn out to bear one number both stay: the operator's, else that recorded first, gets the key, and the other
/// is marked as its duplicate.
/// </summary>
internal sealed class NumberKeys(IServiceScopeFactory scopes, ILogger<NumberKeys> logger)
{
    public async Task FillAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ControlsDbContext>();
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('number keys', 0))", cancellationToken);
            await FillNoticesAsync(db, cancellationToken);
            await FillDraftsAsync(db, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        });
    }

    private async Task FillNoticesAsync(ControlsDbContext db, CancellationToken cancellationToken)
    {
        var without = await db.Database.SqlQuery<Unkeyed>($"""
            SELECT id, issuer, document_number, document ->> 'authority' AS authority FROM notices
            WHERE number_key IS NULL AND duplicate_of IS NULL ORDER BY origin <> 'Operator', recorded_at, id
            """).ToListAsync(cancellationToken);
        if (without.Count is 0) return;
        var holders = (await db.Notices.Where(n => n.NumberKey != null).Select(n => new { n.Id, n.Issuer, n.NumberKey }).ToListAsync(cancellationToken))
            .ToDictionary(n => new NoticeKey(n.Issuer, n.NumberKey!), n => n.Id);
        var keyed = new List<(Guid Id, string? Key, Guid? DuplicateOf)>();
        foreach (var notice in without)
        {
            var key = NoticeKey.Of(notice.Issuer, notice.DocumentNumber, notice.Authority);
            if (holders.TryAdd(key, notice.Id))
            {
                keyed.Add((notice.Id, key.Number, null));
                continue;
            }
            keyed.Add((notice.Id, null, holders[key]));
            logger.LogWarning(
                "Notice {Notice}, {Issuer} {DocumentNumber}, bears the number of notice {Other} in another spelling; both are kept",
                notice.Id, notice.Issuer, notice.DocumentNumber, holders[key]);
        }
        var (ids, keys, duplicates) = (keyed.Select(k => k.Id).ToArray(), keyed.Select(k => k.Key).ToArray(), keyed.Select(k => k.DuplicateOf).ToArray());
        await db.Database.ExecuteSqlAsync($"""
            UPDATE notices SET number_key = found.key, duplicate_of = found.duplicate_of
            FROM unnest({ids}, {keys}, {duplicates}) AS found (id, key, duplicate_of) WHERE notices.id = found.id
            """, cancellationToken);
    }

    /// <summary>Of two open drafts of one notice the later stays without a key, and both are open for review.</summary>
    private static async Task FillDraftsAsync(ControlsDbContext db, CancellationToken cancellationToken)
    {
        var without = await db.Database.SqlQuery<Unkeyed>($"""
            SELECT id, issuer, notice ->> 'documentNumber' AS document_number, notice ->> 'authority' AS authority FROM drafts
            WHERE number_key IS NULL AND issuer IS NOT NULL AND notice ->> 'documentNumber' IS NOT NULL ORDER BY no
            """).ToListAsync(cancellationToken);
        foreach (var draft in without)
        {
            var key = NoticeKey.Of(draft.Issuer, draft.DocumentNumber, draft.Authority).Number;
            await db.Database.ExecuteSqlAsync($"""
                UPDATE drafts SET number_key = {key} WHERE id = {draft.Id} AND NOT EXISTS (
                    SELECT 1 FROM drafts other WHERE other.issuer = drafts.issuer AND other.number_key = {key}
                        AND other.state IN ('Pending', 'SetAside', 'Unreadable') AND drafts.state IN ('Pending', 'SetAside', 'Unreadable'))
                """, cancellationToken);
        }
    }

    private sealed record Unkeyed(Guid Id, string Issuer, string DocumentNumber, string? Authority);
}
