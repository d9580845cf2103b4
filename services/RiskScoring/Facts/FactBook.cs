using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Domain;
using Chokepoint.RiskScoring.Observed;
using Npgsql;

namespace Chokepoint.RiskScoring.Facts;

/// <summary>
/// The newest clauses and signals, kept parsed in memory and brought up to date before each batch: another replica may have applied the
/// event that asks for it.
/// </summary>
internal sealed class FactBook : IDisposable
{
    // One statement sees one snapshot: what is known then is what is visible in it, and a replay can know the same.
    // What an earlier look cannot have seen was written by a transaction that was not over for it: those from its oldest open one on.
    // The upper bound lets nothing out (xid8 is no larger): of an open range the server expects a third of the table, and reads it through.
    internal const string Look = $"""
        SELECT 0, '', pg_current_snapshot()::text, pg_snapshot_xmin(pg_current_snapshot())
        UNION ALL SELECT 1, '', event::text, NULL FROM clauses WHERE transaction_id BETWEEN $1 AND {Newest}
        UNION ALL SELECT CASE kind WHEN 'price' THEN 2 ELSE 3 END, key, event::text, NULL FROM signals WHERE transaction_id BETWEEN $1 AND {Newest}
        """;

    private const string Newest = "'18446744073709551615'::xid8";

    private readonly SemaphoreSlim refreshing = new(1, 1);
    private readonly Dictionary<(Guid, string), (ControlClause Clause, int Hash)> known = [];
    private ulong from;
    private volatile Snapshot current = new([]);

    public Snapshot Current => current;

    public async Task<Snapshot> RefreshAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var look = await BeginAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { look.Command } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await look.ReadAsync(reader, cancellationToken);
    }

    /// <summary>A look that travels with other statements. Others wait until it is disposed of.</summary>
    public async Task<OneLook> BeginAsync(CancellationToken cancellationToken)
    {
        await refreshing.WaitAsync(cancellationToken);
        return new OneLook(this);
    }

    internal sealed class OneLook(FactBook book) : IDisposable
    {
        public NpgsqlBatchCommand Command { get; } =
            new(Look) { Parameters = { new() { Value = book.from, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid8 } } };

        /// <summary>Reads the answer to <see cref="Command"/>.</summary>
        public Task<Snapshot> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) => book.ReadAsync(reader, cancellationToken);

        public void Dispose() => book.refreshing.Release();
    }

    private async Task<Snapshot> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var (clauses, prices, supplies) = (new List<Learned>(), new List<PriceReading>(), new List<(string, SupplyReading)>());
        var (seen, next) = ("", from);
        while (await reader.ReadAsync(cancellationToken))
        {
            switch (reader.GetInt32(0))
            {
                case 0:
                    (seen, next) = (reader.GetString(2), reader.GetFieldValue<ulong>(3));
                    break;
                case 1:
                    if (Learn(reader.GetString(2)) is { } change) clauses.Add(change);
                    break;
                case var kind:
                    SignalStore.Sort(kind == 2 ? SignalKey.Price : SignalKey.Supply, reader.GetString(1), reader.GetString(2), prices, supplies);
                    break;
            }
        }

        // Only now, when all was read: what a broken look had seen is news to the next one too.
        from = next;
        foreach (var clause in clauses) known[(clause.After.NoticeId, clause.After.Clause)] = (clause.After, clause.Hash);
        return current = new Snapshot(current.With(clauses), current.Signals.With(prices, supplies), seen);
    }

    public void Dispose() => refreshing.Dispose();

    /// <returns>Null where it is known. A restated version may say something else than what stood here under its number.</returns>
    private Learned? Learn(string json)
    {
        var clause = ClauseStore.Parse(json);
        var hash = json.GetHashCode(StringComparison.Ordinal);
        var before = known.GetValueOrDefault((clause.NoticeId, clause.Clause));
        return before.Clause is not null && (before.Clause.Version > clause.Version || before.Hash == hash) ? null : new Learned(before.Clause, clause, hash);
    }

    /// <summary>A clause in a wording that was not known; <paramref name="Before"/> is null where the clause was not.</summary>
    internal sealed record Learned(ControlClause? Before, ControlClause After, int Hash);

    /// <summary>Clauses and signals at one moment; in one order whatever order they came in, since a score must not depend on it.</summary>
    internal sealed class Snapshot
    {
        private readonly Dictionary<string, ControlClause[]> byMineral;

        public Snapshot(IEnumerable<ControlClause> clauses, SignalSnapshot? signals = null, string? seen = null)
            : this(ByMineral(clauses), signals ?? SignalSnapshot.Empty, seen)
        {
        }

        /// <summary>The same clauses with other signals.</summary>
        public Snapshot(Snapshot clauses, SignalSnapshot signals, string? seen = null)
            : this(clauses.byMineral, signals, seen)
        {
        }

        private Snapshot(Dictionary<string, ControlClause[]> byMineral, SignalSnapshot signals, string? seen) =>
            (this.byMineral, Signals, Seen) = (byMineral, signals, seen);

        /// <summary>With newer wordings of clauses in place of those they had; only the minerals of either are put in order anew.</summary>
        public Snapshot With(IReadOnlyCollection<Learned> changes)
        {
            if (changes.Count == 0) return this;
            var minerals = new Dictionary<string, ControlClause[]>(byMineral, StringComparer.Ordinal);
            var touched = changes.SelectMany(c => MineralsOf(c.Before).Union(MineralsOf(c.After), StringComparer.Ordinal).Select(m => (Mineral: m, Change: c)));
            foreach (var mineral in touched.GroupBy(t => t.Mineral, t => t.Change, StringComparer.Ordinal))
            {
                var gone = mineral.Select(c => c.Before).OfType<ControlClause>().ToHashSet(ReferenceEqualityComparer.Instance);
                var come = mineral.Select(c => c.After).Where(c => MineralsOf(c).Contains(mineral.Key, StringComparer.Ordinal));
                minerals[mineral.Key] = InOrder(Of(mineral.Key).Where(c => !gone.Contains(c)).Concat(come));
            }

            return new Snapshot(minerals, Signals, Seen);

            static IReadOnlyList<string> MineralsOf(ControlClause? clause) => clause?.Minerals ?? [];
        }

        public SignalSnapshot Signals { get; }

        /// <summary>The snapshot of riskdb in which this was read, <c>pg_snapshot</c>; null where it was not read as it stands.</summary>
        public string? Seen { get; }

        public IEnumerable<ControlClause> All => byMineral.Values.SelectMany(c => c).Distinct();

        public IReadOnlyList<ControlClause> Of(string mineral) => byMineral.TryGetValue(mineral, out var found) ? found : [];

        private static Dictionary<string, ControlClause[]> ByMineral(IEnumerable<ControlClause> clauses) => clauses
            .SelectMany(c => c.Minerals.Distinct(StringComparer.Ordinal).Select(m => (Mineral: m, Clause: c)))
            .GroupBy(x => x.Mineral, x => x.Clause, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, InOrder, StringComparer.Ordinal);

        private static ControlClause[] InOrder(IEnumerable<ControlClause> clauses) => [.. clauses
            .OrderBy(c => c.Issuer, StringComparer.Ordinal).ThenBy(c => c.DocumentNumber, StringComparer.Ordinal)
            .ThenBy(c => c.Clause, StringComparer.Ordinal).ThenBy(c => c.NoticeId)];
    }
}
