using System.Data;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Clauses;

/// <summary>
/// Keeps the <see cref="ClauseIndex"/> as the database is: whoever asks gets every clause that was committed before the question, by
/// this process or another. Most often that costs one look, which reads no clause; then only those that changed are read.
/// </summary>
/// <remarks>
/// A trigger marks each clause with the transaction that wrote it last. What was committed since the last look is what the snapshot of
/// that look does not show, whatever the order in which transactions began and ended; no writer waits for another because of it.
/// </remarks>
internal sealed class CurrentClauses(IDbContextFactory<ControlsDbContext> contexts) : IDisposable
{
    /// <summary>A snapshot that shows no transaction (xmin:xmax:running, PostgreSQL's pg_snapshot).</summary>
    private const string Nothing = "1:1:";

    /// <summary>How many values may be new since the last sweep before the next, where those that were kept are fewer.</summary>
    private const int Loose = 256;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Shared _shared = new();
    private readonly Dictionary<ClauseReach, int> _numbers = [];
    private readonly List<ClauseReach> _reaches = [];
    private ClauseIndex _index = ClauseIndex.Empty;
    private string _seen = Nothing;
    private int _kept;
    private long _asked;
    private long _answered;

    /// <summary>The clauses as they are now. Questions that wait for a look share the next one.</summary>
    public async Task<ClauseIndex> AsOfNowAsync(CancellationToken cancellationToken)
    {
        var question = Interlocked.Increment(ref _asked);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_answered >= question) return _index; // a look that began after this question was made for another
            var latest = Interlocked.Read(ref _asked);
            await LookAsync(cancellationToken);
            _answered = latest;
            return _index;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>How many values and reaches are held, those included that no clause has any more.</summary>
    internal int Held => _shared.Count + _reaches.Count;

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (_seen == Nothing) await MarkRestoredAsync(db, cancellationToken);
        // Counted, not asked for one: the server then never takes a walk through all clauses for cheap.
        var changes = await db.Database.SqlQuery<long>($"""
            SELECT count(*) AS "Value" FROM clauses
            WHERE changed_in >= pg_snapshot_xmin({_seen}::pg_snapshot) AND NOT pg_visible_in_snapshot(changed_in, {_seen}::pg_snapshot)
            """).SingleAsync(cancellationToken);
        if (changes > 0) await ReadAsync(db, cancellationToken);
    }

    private async Task ReadAsync(ControlsDbContext db, CancellationToken cancellationToken)
    {
        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var shown = await db.Database.SqlQuery<string>($"""SELECT pg_current_snapshot()::text AS "Value" """).SingleAsync(cancellationToken);
        var rows = db.Clauses.FromSql($"""
            SELECT * FROM clauses
            WHERE changed_in >= pg_snapshot_xmin({_seen}::pg_snapshot) AND NOT pg_visible_in_snapshot(changed_in, {_seen}::pg_snapshot)
            """).AsNoTracking().Include(c => c.Schedule).AsAsyncEnumerable();
        var changed = new Dictionary<Guid, IndexedClause?>();
        await foreach (var row in rows.WithCancellation(cancellationToken)) changed[row.Id] = row.IsRemoved ? null : Indexed(row);
        _index = _index.With(changed, [.. _reaches]);
        _seen = shown;
        if (Held - _kept > Math.Max(Loose, _kept)) Sweep();
    }

    /// <summary>Forgets what corrections have put out of use; as seldom as the values double, so that it costs little for each.</summary>
    private void Sweep()
    {
        _shared.Keep(_index.Clauses.SelectMany(c => (object?[])
        [
            c.Content.Issuer, c.Content.DocumentNumber, c.Content.Clause, c.Content.Minerals, c.Content.Destinations, c.Content.ExcludedDestinations,
            c.Content.Quota, c.Content.Extraterritorial, c.Content.Sources, c.Content.DateClaims, c.Schedule,
        ]));
        var inUse = _index.Clauses.Select(c => c.Reach).Distinct().Order().ToList();
        var places = new int[_reaches.Count];
        foreach (var (to, from) in inUse.Index()) places[from] = to;
        List<ClauseReach> reaches = [.. inUse.Select(i => _reaches[i])];
        _reaches.Clear();
        _reaches.AddRange(reaches);
        _numbers.Clear();
        foreach (var (i, reach) in reaches.Index()) _numbers.Add(reach, i);
        _index = _index.Renumbered(places, reaches);
        _kept = Held;
    }

    private IndexedClause Indexed(ClauseRow row)
    {
        var schedule = row.ScheduleAsKnown();
        var issuer = _shared.One(row.Issuer);
        var content = ActiveClause.Of(row, schedule[0]) with
        {
            Issuer = issuer,
            DocumentNumber = _shared.One(row.DocumentNumber),
            Clause = _shared.One(row.Number),
            Minerals = _shared.One<IReadOnlyList<string>>(row.Minerals),
            Destinations = _shared.One<IReadOnlyList<string>>(row.Destinations),
            ExcludedDestinations = _shared.One<IReadOnlyList<string>>(row.ExcludedDestinations),
            Quota = _shared.One(row.Quota),
            Extraterritorial = _shared.One(row.Extraterritorial),
            Sources = _shared.One(row.Sources),
            DateClaims = _shared.One(row.DateClaims),
        };
        var reach = new ClauseReach(issuer, content.Measure, content.Minerals, content.Destinations, content.ExcludedDestinations);
        if (!_numbers.TryGetValue(reach, out var number))
        {
            _numbers.Add(reach, number = _reaches.Count);
            _reaches.Add(reach);
        }
        return new IndexedClause(
            new ClausePosition(issuer, content.DocumentNumber, row.Ordinal, row.Id), number, content,
            _shared.One<IReadOnlyList<ControlInterval>>(schedule), row.SettledFrom, row.SettledDay);
    }

    /// <summary>Rows restored into another server bear the numbers of that one's transactions: those ahead of this one's would stay new for ever.</summary>
    private static Task<int> MarkRestoredAsync(ControlsDbContext db, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync(
        $"UPDATE clauses SET version = version WHERE changed_in >= pg_snapshot_xmax(pg_current_snapshot())", cancellationToken);

    /// <summary>One object for all that say the same: a hundred thousand clauses name few minerals, destinations, sources and days.</summary>
    private sealed class Shared
    {
        private readonly Dictionary<(Type, string), object> _known = [];

        public int Count => _known.Count;

        public void Keep(IEnumerable<object?> inUse)
        {
            var kept = inUse.ToHashSet(ReferenceEqualityComparer.Instance);
            foreach (var (key, value) in _known)
                if (!kept.Contains(value)) _known.Remove(key);
        }

        [return: NotNullIfNotNull(nameof(value))]
        public T? One<T>(T? value)
            where T : class
        {
            if (value is null) return null;
            var key = (typeof(T), value as string ?? JsonSerializer.Serialize(value, EventJson.Options));
            if (_known.TryGetValue(key, out var one)) return (T)one;
            _known.Add(key, value);
            return value;
        }
    }
}
