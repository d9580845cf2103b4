using System.Globalization;
using Chokepoint.ServiceDefaults;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>Why a pair is to be scored again.</summary>
internal sealed record WorkReason(DateTimeOffset? OccurredAt, bool Silent, string? Traceparent);

/// <summary>A pair that waits; <paramref name="Asked"/> counts how often it was asked for.</summary>
internal sealed record WorkItem(string Economy, string Mineral, DateTimeOffset? OccurredAt, bool Silent, string? Traceparent, int Asked)
{
    public static IEnumerable<WorkItem> Of(IEnumerable<(string Economy, string Mineral)> pairs, WorkReason reason) =>
        pairs.Select(p => new WorkItem(p.Economy, p.Mineral, reason.OccurredAt, reason.Silent, reason.Traceparent, Asked: 1));

    /// <summary>Asked twice for the same pair: the earliest reason, told where any is to be told.</summary>
    public WorkItem And(WorkItem other) => this with
    {
        OccurredAt = OccurredAt is { } mine && other.OccurredAt is { } theirs ? (mine < theirs ? mine : theirs) : OccurredAt ?? other.OccurredAt,
        Silent = Silent && other.Silent,
        Traceparent = other.Traceparent ?? Traceparent,
        Asked = Asked + other.Asked,
    };
}

/// <summary>
/// The pairs waiting to be scored. Asking again for one that waits changes nothing but its reasons. A worker deletes what it takes and
/// holds the rows until its commit: who asks meanwhile waits for that moment and then asks anew, so no request is lost to a score that
/// was made without it.
/// </summary>
internal static class WorkTable
{
    public static Task AskAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<(string Economy, string Mineral)> pairs, WorkReason reason,
        CancellationToken cancellationToken) => AskAsync(connection, transaction, WorkItem.Of(pairs, reason), cancellationToken);

    /// <param name="items">A pair may be among them more than once.</param>
    public static async Task AskAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IEnumerable<WorkItem> items, CancellationToken cancellationToken)
    {
        if (Ask(items) is not { } ask) return;
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { ask } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>Null where there is nothing to ask for.</returns>
    public static NpgsqlBatchCommand? Ask(IEnumerable<WorkItem> items)
    {
        WorkItem[] work = [.. items.GroupBy(i => (i.Economy, i.Mineral)).Select(same => same.Aggregate((one, other) => one.And(other)))];
        return work.Length == 0 ? null : new NpgsqlBatchCommand("""
            INSERT INTO rescore_work (economy, mineral, occurred_at, silent, traceparent, asked)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6) AS work (economy, mineral, occurred_at, silent, traceparent, asked)
            ORDER BY economy, mineral -- two who ask for the same pairs wait for one another and do not deadlock
            ON CONFLICT (economy, mineral) DO UPDATE SET
                occurred_at = least(rescore_work.occurred_at, excluded.occurred_at),
                silent = rescore_work.silent AND excluded.silent,
                asked = rescore_work.asked + excluded.asked,
                traceparent = coalesce(excluded.traceparent, rescore_work.traceparent)
            """)
        {
            Parameters =
            {
                new() { Value = work.Select(w => w.Economy).ToArray() },
                new() { Value = work.Select(w => w.Mineral).ToArray() },
                new() { Value = work.Select(w => w.OccurredAt?.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new() { Value = work.Select(w => w.Silent).ToArray() },
                new() { Value = work.Select(w => w.Traceparent).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = work.Select(w => w.Asked).ToArray() },
            },
        };
    }

    /// <summary>
    /// Takes up to <paramref name="limit"/> pairs that no other worker holds, oldest request first, each with its current score. That is
    /// the newest one: a request that is seen was committed after the worker that held the pair before had committed its score.
    /// </summary>
    /// <param name="held">Pairs that are left where they are.</param>
    public static NpgsqlBatchCommand Take(int limit, IReadOnlyCollection<(string Economy, string Mineral)> held)
    {
        var others = held.Count == 0 ? "" : "WHERE NOT EXISTS (SELECT FROM unnest($1, $2) AS held (e, m) WHERE e = economy AND m = mineral)";
        // The limit is not a parameter: the server would plan the statement anew each time, to know it.
        var command = new NpgsqlBatchCommand(string.Create(CultureInfo.InvariantCulture, $"""
            WITH taken AS (
                DELETE FROM rescore_work w USING (
                    SELECT economy, mineral FROM rescore_work {others} ORDER BY requested_at LIMIT {limit} FOR UPDATE SKIP LOCKED) AS free
                WHERE w.economy = free.economy AND w.mineral = free.mineral
                RETURNING w.economy, w.mineral, w.occurred_at, w.silent, w.traceparent, w.asked)
            SELECT t.*, {CurrentScore.Columns} FROM taken t LEFT JOIN current_scores c USING (economy, mineral)
            """));
        if (held.Count > 0)
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. held.Select(p => p.Economy)] });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. held.Select(p => p.Mineral)] });
        }

        return command;
    }

    /// <summary>Reads the answer to <see cref="Take"/>.</summary>
    public static async Task<List<(WorkItem Item, CurrentScore? Current)>> ReadTakenAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var items = new List<(WorkItem, CurrentScore?)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (economy, mineral) = (reader.GetString(0), reader.GetString(1));
            items.Add((new WorkItem(
                economy, mineral, reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetBoolean(3), reader.TextOrNull(4), reader.GetInt32(5)), CurrentScore.Read(reader, economy, mineral, 6)));
        }

        return items;
    }
}
