using Chokepoint.RiskScoring.Domain;
using Npgsql;

namespace Chokepoint.RiskScoring.Controls;

/// <summary>
/// The newest clauses, kept parsed in memory and brought up to date by version before each batch: another replica may have applied the
/// event that asks for it.
/// </summary>
internal sealed class ClauseBook : IDisposable
{
    private readonly SemaphoreSlim refreshing = new(1, 1);
    private readonly Dictionary<(Guid, string), ControlClause> known = [];
    private volatile Snapshot current = new([]);

    public Snapshot Current => current;

    public async Task<Snapshot> RefreshAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await refreshing.WaitAsync(cancellationToken);
        try
        {
            var stale = await StaleAsync(connection, cancellationToken);
            if (stale.Count == 0) return current;
            await using var command = new NpgsqlCommand(
                "SELECT c.event FROM clauses c JOIN unnest($1, $2) AS k (notice_id, clause) USING (notice_id, clause)", connection)
            {
                Parameters = { new() { Value = stale.Select(k => k.Item1).ToArray() }, new() { Value = stale.Select(k => k.Item2).ToArray() } },
            };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var clause = ClauseStore.Parse(reader.GetString(0));
                known[(clause.NoticeId, clause.Clause)] = clause;
            }

            return current = new Snapshot(known.Values);
        }
        finally
        {
            refreshing.Release();
        }
    }

    public void Dispose() => refreshing.Dispose();

    private async Task<List<(Guid, string)>> StaleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var stale = new List<(Guid, string)>();
        await using var command = new NpgsqlCommand("SELECT notice_id, clause, version FROM clauses", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = (reader.GetGuid(0), reader.GetString(1));
            if (!known.TryGetValue(key, out var clause) || clause.Version < reader.GetInt64(2)) stale.Add(key);
        }

        return stale;
    }

    /// <summary>The clauses at one moment; in one order whatever order they came in, since a score must not depend on it.</summary>
    internal sealed class Snapshot(IEnumerable<ControlClause> clauses)
    {
        private readonly Dictionary<string, ControlClause[]> byMineral = clauses
            .SelectMany(c => c.Minerals.Distinct(StringComparer.Ordinal).Select(m => (Mineral: m, Clause: c)))
            .GroupBy(x => x.Mineral, x => x.Clause, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, InOrder, StringComparer.Ordinal);

        public IEnumerable<ControlClause> All => byMineral.Values.SelectMany(c => c).Distinct();

        public IReadOnlyList<ControlClause> Of(string mineral) => byMineral.TryGetValue(mineral, out var found) ? found : [];

        private static ControlClause[] InOrder(IEnumerable<ControlClause> clauses) => [.. clauses
            .OrderBy(c => c.Issuer, StringComparer.Ordinal).ThenBy(c => c.DocumentNumber, StringComparer.Ordinal)
            .ThenBy(c => c.Clause, StringComparer.Ordinal).ThenBy(c => c.NoticeId)];
    }
}
