using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.ServiceDefaults;

/// <summary>An answer as it was given, to be given again.</summary>
internal sealed record Answer(byte[] Request, int Status, Dictionary<string, string> Headers, byte[] Body);

/// <summary>
/// The answers kept for a day by <c>Idempotency-Key</c>, in the service's own database beside its tables: <c>http.answer</c>. It belongs
/// to the service defaults, which make it themselves, so that no service's migrations need to know of it.
/// </summary>
internal static class Answers
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    private const string Schema =
        """
        SELECT pg_advisory_xact_lock(hashtextextended('http.answer schema', 0));
        CREATE SCHEMA IF NOT EXISTS http;
        CREATE TABLE IF NOT EXISTS http.answer (
            caller text NOT NULL,
            key bytea NOT NULL, -- its SHA-256
            request bytea NOT NULL,
            status integer NOT NULL,
            headers jsonb NOT NULL,
            body bytea NOT NULL, -- sealed, see AnswerSeal
            answered_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (caller, key));
        CREATE INDEX IF NOT EXISTS answer_answered_at ON http.answer (answered_at);
        """;

    public static async Task CreateTableAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Schema, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Takes the key until the transaction ends; false when another request holds it.</summary>
    public static async Task<bool> TryTakeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string caller, string key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", connection, transaction)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = $"idempotency {caller}\u001f{key}" } },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static async Task<Answer?> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string caller, string key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT request, status, headers::text, body FROM http.answer WHERE caller = $1 AND key = $2 AND answered_at > now() - $3",
            connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = caller },
                new NpgsqlParameter<byte[]> { TypedValue = AnswerSeal.NameOf(key) },
                new NpgsqlParameter<TimeSpan> { TypedValue = KeptFor },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Answer(
                reader.GetFieldValue<byte[]>(0),
                reader.GetInt32(1),
                JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(2)) ?? [],
                reader.GetFieldValue<byte[]>(3))
            : null;
    }

    public static async Task KeepAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string caller, string key, Answer answer, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO http.answer (caller, key, request, status, headers, body) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (caller, key) DO UPDATE SET
                request = excluded.request, status = excluded.status, headers = excluded.headers, body = excluded.body, answered_at = now()
            """,
            connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = caller },
                new NpgsqlParameter<byte[]> { TypedValue = AnswerSeal.NameOf(key) },
                new NpgsqlParameter<byte[]> { TypedValue = answer.Request },
                new NpgsqlParameter<int> { TypedValue = answer.Status },
                new NpgsqlParameter<string> { TypedValue = JsonSerializer.Serialize(answer.Headers), NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<byte[]> { TypedValue = answer.Body },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<int> ForgetOldAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("DELETE FROM http.answer WHERE answered_at <= now() - $1");
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = KeptFor });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
