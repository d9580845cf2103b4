using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Messaging.Outbox;

/// <summary>The SQL of the quarantine.</summary>
internal sealed class QuarantineStore(NpgsqlDataSource dataSource, OutboxSignal signal) : IQuarantine
{
    private const string Columns = "id, event_id, event_type, reason, attempts, created_at, quarantined_at";

    public async Task<IReadOnlyList<QuarantinedEvent>> ListAsync(Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT {Columns} FROM messaging.quarantine WHERE $1 IS NULL OR id > $1 ORDER BY id LIMIT $2");
        command.Parameters.Add(new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<QuarantinedEvent>();
        while (await reader.ReadAsync(cancellationToken)) list.Add(Read(reader));
        return list;
    }

    public async Task<QuarantinedEventDetail?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT {Columns}, payload, traceparent FROM messaging.quarantine WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        return new QuarantinedEventDetail(Read(reader), reader.GetString(7), reader.IsDBNull(8) ? null : reader.GetString(8));
    }

    public async Task<bool> ReplayAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            WITH gone AS (DELETE FROM messaging.quarantine WHERE id = $1 RETURNING *)
            INSERT INTO messaging.outbox (id, event_id, event_type, payload, traceparent, destination, created_at)
            SELECT id, event_id, event_type, payload, traceparent, destination, created_at FROM gone
            """);
        command.Parameters.Add(new() { Value = id });
        var replayed = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        if (replayed) signal.SetForTable();
        return replayed;
    }

    public async Task<int> ReplayAllAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            WITH gone AS (
                DELETE FROM messaging.quarantine WHERE id = ANY(ARRAY(
                    SELECT id FROM messaging.quarantine ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED))
                RETURNING *)
            INSERT INTO messaging.outbox (id, event_id, event_type, payload, traceparent, destination, created_at)
            SELECT id, event_id, event_type, payload, traceparent, destination, created_at FROM gone
            """);
        command.Parameters.Add(new() { Value = limit });
        var replayed = await command.ExecuteNonQueryAsync(cancellationToken);
        if (replayed > 0) signal.SetForTable();
        return replayed;
    }

    public async Task<bool> DiscardAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM messaging.quarantine WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static QuarantinedEvent Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(4),
        reader.GetFieldValue<DateTimeOffset>(5), reader.GetFieldValue<DateTimeOffset>(6));
}
