using System.Text.Json;
using Chokepoint.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Imports;

/// <summary>Reads and moves rows of <c>import_jobs</c>. Leases run by the database's clock, so replicas need not agree on theirs.</summary>
internal sealed class ImportStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        no, id, format, options, state, byte_count, sha256, rows_read, rows_accepted, rows_rejected, bytes_read, rows_new, rows_revised,
        rows_unchanged, submitted_at, started_at, finished_at, lease_until, attempt, cancel_requested, error
        """;

    private static readonly string Open = $"({(int)ImportState.Queued}, {(int)ImportState.Running})";

    public async Task<ImportJob?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM import_jobs WHERE id = $1");
        command.Parameters.AddWithValue(id);
        return await SingleAsync(command, cancellationToken);
    }

    /// <summary>The newest first, below <paramref name="before"/>.</summary>
    public async Task<IReadOnlyList<ImportJob>> ListAsync(long before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM import_jobs WHERE no < $1 ORDER BY no DESC LIMIT $2");
        command.Parameters.AddWithValue(before);
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<ImportJob>();
        while (await reader.ReadAsync(cancellationToken)) jobs.Add(Map(reader));
        return jobs;
    }

    public async Task<IReadOnlyList<(long No, long Line, string Reason)>> RejectsAsync(
        long no, long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT no, line, reason FROM import_rejects WHERE job_no = $1 AND no > $2 ORDER BY no LIMIT $3");
        command.Parameters.AddWithValue(no);
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rejects = new List<(long, long, string)>();
        while (await reader.ReadAsync(cancellationToken)) rejects.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2)));
        return rejects;
    }

    /// <summary>
    /// Takes the oldest job but those that the caller holds; null when there is none, or somebody holds it or will try it again: those
    /// behind it wait, since jobs are merged in the order they were accepted. One that was begun before is not taken beside another.
    /// </summary>
    /// <returns>The job, and whether it was held by a lease that ran out.</returns>
    public async Task<(ImportJob Job, bool WasHeld)?> ClaimAsync(TimeSpan lease, long[] held, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            UPDATE import_jobs SET state = {(int)ImportState.Running}, attempt = attempt + 1, lease_until = now() + $1,
                started_at = coalesce(started_at, now())
            FROM (
                SELECT no AS oldest, lease_until IS NOT NULL AS was_held FROM import_jobs
                WHERE state IN {Open} AND no <> ALL($2) ORDER BY no LIMIT 1) next
            WHERE no = oldest AND state IN {Open} AND (lease_until IS NULL OR lease_until < now()) AND (attempt = 0 OR cardinality($2) = 0)
            RETURNING {Columns}, was_held
            """);
        command.Parameters.AddWithValue(NpgsqlDbType.Interval, lease);
        command.Parameters.AddWithValue(held);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (Map(row), row.GetBoolean(row.FieldCount - 1)) : null;
    }

    /// <summary>False when another worker has taken the job over.</summary>
    public async Task<bool> RenewAsync(ImportJob job, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"UPDATE import_jobs SET lease_until = now() + $3 WHERE no = $1 AND attempt = $2 AND state = {(int)ImportState.Running}");
        command.Parameters.AddWithValue(job.No);
        command.Parameters.AddWithValue(job.Attempt);
        command.Parameters.AddWithValue(NpgsqlDbType.Interval, lease);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Records progress with the rows it counts; throws when the job was taken over or is to be cancelled.</summary>
    public static async Task CheckpointAsync(
        NpgsqlConnection connection, ImportJob job, ImportProgress progress, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            UPDATE import_jobs SET rows_read = $3, rows_accepted = $4, rows_rejected = $5, bytes_read = $6
            WHERE no = $1 AND attempt = $2 AND state = {(int)ImportState.Running} RETURNING cancel_requested
            """, connection)
        {
            Parameters =
            {
                new() { Value = job.No }, new() { Value = job.Attempt }, new() { Value = progress.Read },
                new() { Value = progress.Accepted }, new() { Value = progress.Rejected }, new() { Value = progress.Bytes },
            },
        };
        switch (await command.ExecuteScalarAsync(cancellationToken))
        {
            case null: throw new ImportLostException();
            case true: throw new ImportCancelledException();
        }
    }

    /// <summary>Ends a job as merged; throws when it was taken over or is to be cancelled, and then nothing of the merge may be kept.</summary>
    public static async Task CompleteAsync(
        NpgsqlConnection connection, ImportJob job, ImportProgress progress, MergeOutcome outcome, CancellationToken cancellationToken)
    {
        await CheckpointAsync(connection, job, progress, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            UPDATE import_jobs SET state = {(int)ImportState.Completed}, finished_at = now(), lease_until = NULL, rows_new = $2, rows_revised = $3,
                rows_unchanged = $4
            WHERE no = $1
            """, connection)
        {
            Parameters =
            {
                new() { Value = job.No }, new() { Value = outcome.New }, new() { Value = outcome.Revised }, new() { Value = outcome.Unchanged },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        if (IsShort(job)) await DiscardAsync(connection, job.No, cancellationToken);
    }

    /// <summary>Ends a job without a merge and drops what it had staged and spooled; false when another worker has taken it over.</summary>
    public async Task<bool> AbandonAsync(
        ImportJob job, ImportState state, ImportProblem? problem, string staging, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(
            $"""
            UPDATE import_jobs SET state = $3, finished_at = now(), lease_until = NULL, error = $4
            WHERE no = $1 AND attempt = $2 AND state = {(int)ImportState.Running}
            """, connection))
        {
            command.Parameters.AddWithValue(job.No);
            command.Parameters.AddWithValue(job.Attempt);
            command.Parameters.AddWithValue((int)state);
            command.Parameters.AddWithValue(
                NpgsqlDbType.Jsonb, problem is null ? DBNull.Value : JsonSerializer.Serialize(problem with { Detail = QuotedText.Of(problem.Detail) }, EventJson.Options));
            if (await command.ExecuteNonQueryAsync(cancellationToken) != 1) return false;
        }
        await DiscardAsync(connection, job.No, cancellationToken);
        await DropAsync(connection, staging, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Lets go of a job; it is tried again after that time, at once when there is none.</summary>
    public async Task ReleaseAsync(ImportJob job, TimeSpan? after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"UPDATE import_jobs SET lease_until = now() + $3 WHERE no = $1 AND attempt = $2 AND state = {(int)ImportState.Running}");
        command.Parameters.AddWithValue(job.No);
        command.Parameters.AddWithValue(job.Attempt);
        command.Parameters.AddWithValue(NpgsqlDbType.Interval, (object?)after ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Asks for an end; a job that nobody has begun ends at once. False when it has ended already.</summary>
    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            UPDATE import_jobs SET cancel_requested = true,
                finished_at = CASE WHEN state = {(int)ImportState.Queued} THEN now() END,
                state = CASE WHEN state = {(int)ImportState.Queued} THEN {(int)ImportState.Cancelled} ELSE state END
            WHERE id = $1 AND state IN {Open} RETURNING no, state
            """, connection);
        command.Parameters.AddWithValue(id);
        long no;
        bool ended;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken)) return false;
            no = reader.GetInt64(0);
            ended = (ImportState)reader.GetInt32(1) is ImportState.Cancelled;
        }
        if (ended) await DiscardAsync(connection, no, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>
    /// Deletes the body of a job that has ended: a long one after its rows are visible, since that takes seconds and nobody need wait for
    /// it. A short one was deleted with the job's end.
    /// </summary>
    public async Task DiscardBodyAsync(ImportJob job, CancellationToken cancellationToken)
    {
        if (IsShort(job)) return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await DiscardAsync(connection, job.No, cancellationToken);
    }

    /// <summary>Deletes the bodies of jobs that ended and whose process died before it could.</summary>
    public async Task DiscardForgottenAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"DELETE FROM import_chunks c USING import_jobs j WHERE j.no = c.job_no AND j.state NOT IN {Open}");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task DropAsync(NpgsqlConnection connection, string staging, CancellationToken cancellationToken)
    {
        await using var drop = new NpgsqlCommand($"DROP TABLE IF EXISTS {staging}", connection);
        await drop.ExecuteNonQueryAsync(cancellationToken);
    }

    private static bool IsShort(ImportJob job) => job.ByteCount <= ImportSpool.ChunkBytes;

    private static async Task DiscardAsync(NpgsqlConnection connection, long no, CancellationToken cancellationToken)
    {
        await using var chunks = new NpgsqlCommand("DELETE FROM import_chunks WHERE job_no = $1", connection) { CommandTimeout = 0, Parameters = { new() { Value = no } } };
        await chunks.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<ImportJob?> SingleAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Map(reader) : null;
    }

    private static ImportJob Map(NpgsqlDataReader row) => new()
    {
        No = row.GetInt64(0), Id = row.GetGuid(1), Format = row.GetString(2), Options = Text(row, 3), State = (ImportState)row.GetInt32(4),
        ByteCount = row.GetInt64(5), Sha256 = row.GetFieldValue<byte[]>(6), RowsRead = row.GetInt64(7), RowsAccepted = row.GetInt64(8),
        RowsRejected = row.GetInt64(9), BytesRead = row.GetInt64(10), RowsNew = Count(row, 11), RowsRevised = Count(row, 12),
        RowsUnchanged = Count(row, 13), SubmittedAt = row.GetFieldValue<DateTimeOffset>(14), StartedAt = Instant(row, 15),
        FinishedAt = Instant(row, 16), LeaseUntil = Instant(row, 17), Attempt = row.GetInt32(18), CancelRequested = row.GetBoolean(19),
        Error = Text(row, 20),
    };

    private static string? Text(NpgsqlDataReader row, int i) => row.IsDBNull(i) ? null : row.GetString(i);

    private static long? Count(NpgsqlDataReader row, int i) => row.IsDBNull(i) ? null : row.GetInt64(i);

    private static DateTimeOffset? Instant(NpgsqlDataReader row, int i) => row.IsDBNull(i) ? null : row.GetFieldValue<DateTimeOffset>(i);
}

/// <summary>How far a file was read: what a checkpoint records.</summary>
internal sealed record ImportProgress(long Read, long Accepted, long Rejected, long Bytes);

/// <summary>Another worker holds the job now; whatever this one was about to write must not be.</summary>
internal sealed class ImportLostException() : Exception("The import was taken over by another worker.");

/// <summary>The job was asked to end.</summary>
internal sealed class ImportCancelledException() : Exception("The import was cancelled.");
