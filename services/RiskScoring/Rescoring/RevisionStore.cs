using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Outbox;
using Chokepoint.RiskScoring.Supply;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>Writes revisions, makes them the current ones and announces them: a statement each, all in one round trip, the commit with them.</summary>
internal static class RevisionStore
{
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Doubles = NpgsqlDbType.Array | NpgsqlDbType.Double;

    /// <summary>
    /// Held from before ids are drawn until the commit, so that revisions become visible in the order of their ids, and who reads on from one
    /// misses none. Every transaction that inserts revisions takes it first.
    /// </summary>
    internal const string TurnToWrite = "SELECT pg_advisory_xact_lock(hashtextextended('revisions', 0))";

    private const string InsertRevisions = """
        INSERT INTO revisions (economy, mineral, version, as_of, score, level, state, method, document, seen)
        SELECT *, $10 FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    private const string UpsertCurrent = """
        INSERT INTO current_scores (
            economy, mineral, version, as_of, score, level, state, stage, basis, coverage, low, high, structure, controls_factor, trade, market,
            fingerprint, controls, figures, signals)
        SELECT economy, mineral, version, as_of, score, level, state, stage, basis, coverage, low, high, structure, controls_factor, trade, market,
            fingerprint, controls::jsonb, figures, signals::jsonb
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) AS r (
            economy, mineral, version, as_of, score, level, state, stage, basis, coverage, low, high, structure, controls_factor, trade, market,
            fingerprint, controls, figures, signals)
        ON CONFLICT (economy, mineral) DO UPDATE SET
            version = excluded.version, as_of = excluded.as_of, score = excluded.score, level = excluded.level, state = excluded.state,
            stage = excluded.stage, basis = excluded.basis, coverage = excluded.coverage, low = excluded.low, high = excluded.high,
            structure = excluded.structure, controls_factor = excluded.controls_factor, trade = excluded.trade, market = excluded.market,
            fingerprint = excluded.fingerprint, controls = excluded.controls, figures = excluded.figures, signals = excluded.signals
        """;

    /// <summary>Writes them and commits the transaction, in one round trip.</summary>
    public static async Task CommitAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Revision> revisions, FiguresEdition figures, string? seen,
        OutboxBatch announcements, CancellationToken cancellationToken)
    {
        if (revisions.Count == 0)
        {
            await transaction.CommitAsync(cancellationToken);
            return;
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        var upsert = new NpgsqlBatchCommand(UpsertCurrent);
        AddCommon(upsert, revisions);
        Add(upsert, Texts, revisions, r => NameOf(r.Document.Stage));
        Add(upsert, Texts, revisions, r => r.Document.Basis);
        Add(upsert, Doubles, revisions, r => (double?)r.Document.Coverage);
        Add(upsert, Doubles, revisions, r => r.Document.Interval?.Low);
        Add(upsert, Doubles, revisions, r => r.Document.Interval?.High);
        Add(upsert, Doubles, revisions, r => r.Pair.Score.Deciding?.Factors.Structure);
        Add(upsert, Doubles, revisions, r => r.Pair.Score.Deciding?.Factors.Controls);
        Add(upsert, Doubles, revisions, r => r.Pair.Score.Deciding?.Factors.Trade);
        Add(upsert, Doubles, revisions, r => r.Pair.Score.Deciding?.Factors.Market);
        Add(upsert, Texts, revisions, r => r.Fingerprint);
        Add(upsert, Texts, revisions, r => JsonSerializer.Serialize(r.Controls, EventJson.Options));
        Add(upsert, Texts, revisions, _ => figures.Name);
        Add(upsert, Texts, revisions, r => JsonSerializer.Serialize(r.Pair.Signals, EventJson.Options));
        batch.BatchCommands.Add(upsert);
        if (!announcements.IsEmpty) batch.BatchCommands.Add(announcements.Insert());

        // Last, so that other replicas wait for little.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(TurnToWrite));
        var insert = new NpgsqlBatchCommand(InsertRevisions);
        AddCommon(insert, revisions);
        Add(insert, Texts, revisions, r => r.Document.Method);
        Add(insert, Texts, revisions, r => r.Json);
        insert.Parameters.Add(new NpgsqlParameter { Value = (object?)seen ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        batch.BatchCommands.Add(insert);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT")); // of a batch that fails before it the server does not carry it out
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddCommon(NpgsqlBatchCommand command, IReadOnlyList<Revision> revisions)
    {
        Add(command, Texts, revisions, r => r.Document.Economy);
        Add(command, Texts, revisions, r => r.Document.Mineral);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, revisions, r => r.Document.Version);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, revisions, r => r.Document.AsOf);
        Add(command, Doubles, revisions, r => r.Document.Score);
        Add(command, Texts, revisions, r => NameOf(r.Document.Level));
        Add(command, Texts, revisions, r => r.Document.State);
    }

    /// <summary>An enum by its published name.</summary>
    private static string? NameOf<T>(T? value)
        where T : struct, Enum => value is { } v ? JsonSerializer.Serialize(v, EventJson.Options).Trim('"') : null;

    private static void Add<T>(NpgsqlBatchCommand command, NpgsqlDbType type, IReadOnlyList<Revision> revisions, Func<Revision, T> column) =>
        command.Parameters.Add(new NpgsqlParameter { Value = revisions.Select(column).ToArray(), NpgsqlDbType = type });
}
