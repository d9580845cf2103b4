using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Operations;
using Chokepoint.RiskScoring.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.RiskScoring.Controls;

/// <summary>The clauses as they came in events, in riskdb.</summary>
internal static class ClauseStore
{
    private const string Newest = """
        INSERT INTO clauses (notice_id, clause, version, event) VALUES ($1, $2, $3, $4)
        ON CONFLICT (notice_id, clause) DO UPDATE SET version = excluded.version, event = excluded.event, transaction_id = pg_current_xact_id()
        WHERE excluded.version > clauses.version
        RETURNING version
        """;

    // The owner may state the version again that is known here: what says otherwise is put right, what says the same is left alone.
    // A clause that was lost comes back as the event that first told it, where the history has it, and so with the cause it had.
    private static readonly string Restate = $"""
        INSERT INTO clauses (notice_id, clause, version, event)
        SELECT $1, $2, $3, coalesce((
            SELECT v.event FROM clause_versions v
            WHERE v.notice_id = $1 AND v.clause = $2 AND v.version = $3 AND {Restated.Says("v.event")} = {Restated.Says("$4")}), $4)
        ON CONFLICT (notice_id, clause) DO UPDATE SET version = excluded.version, event = excluded.event, transaction_id = pg_current_xact_id()
        WHERE excluded.version > clauses.version
            OR (excluded.version = clauses.version AND {Restated.Says("excluded.event")} <> {Restated.Says("clauses.event")})
        RETURNING version
        """;

    /// <summary>Keeps each version for history, and as the newest one if it is; all in one round trip, in the given order.</summary>
    /// <param name="last">Goes with them, after them.</param>
    /// <returns>For each event whether it is newer than what was known, and what was known.</returns>
    public static async Task<IReadOnlyList<(bool IsNewer, ControlClause? Before)>> ApplyAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyCollection<ControlStateChanged> events, NpgsqlBatchCommand? last,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var @event in events) Add(batch, @event);
        if (last is not null) batch.BatchCommands.Add(last);
        var outcomes = new List<(bool, ControlClause?)>(events.Count);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (outcomes.Count < events.Count)
        {
            var before = await reader.ReadAsync(cancellationToken) ? Parse(reader.GetString(0)) : null;
            await reader.NextResultAsync(cancellationToken);
            outcomes.Add((await reader.ReadAsync(cancellationToken), before));
            await reader.NextResultAsync(cancellationToken);
        }

        return outcomes;
    }

    /// <summary>Three statements, of which the first and the last answer with rows.</summary>
    private static void Add(NpgsqlBatch batch, ControlStateChanged @event)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT event FROM clauses WHERE notice_id = $1 AND clause = $2 FOR UPDATE")
        {
            Parameters = { new() { Value = @event.NoticeId }, new() { Value = @event.Clause } },
        });
        AddWithoutAsking(batch, @event);
    }

    /// <summary>Two statements: keeps the version for history, and as the newest one if it is.</summary>
    public static void AddWithoutAsking(NpgsqlBatch batch, ControlStateChanged @event)
    {
        var json = JsonSerializer.Serialize(@event, EventJson.Options);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            INSERT INTO clause_versions (notice_id, clause, version, occurred_at, event) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
            """)
        {
            Parameters =
            {
                new() { Value = @event.NoticeId }, new() { Value = @event.Clause }, new() { Value = @event.Version },
                new() { Value = @event.OccurredAt.ToUniversalTime() }, new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(@event.Silent ? Restate : Newest)
        {
            Parameters =
            {
                new() { Value = @event.NoticeId }, new() { Value = @event.Clause }, new() { Value = @event.Version },
                new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        });
    }

    public static ControlClause Parse(string json) => From(JsonSerializer.Deserialize<ControlStateChanged>(json, EventJson.Options)!);

    public static ControlClause From(ControlStateChanged e) => new(
        e.NoticeId, e.Issuer, e.DocumentNumber, e.Clause, e.Measure, e.Minerals, e.Stages, e.Destinations, e.ExcludedDestinations, e.EndUse, e.Quota,
        e.Confidence, e.Schedule, e.Sources, e.Version, e.EventId, e.OccurredAt);
}
