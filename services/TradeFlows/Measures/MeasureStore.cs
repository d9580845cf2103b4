using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Operations;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.TradeFlows.Measures;

/// <summary>The clauses of control notices as events brought them: a small projection, in tradedb.</summary>
internal static class MeasureStore
{
    /// <summary>Run by a migration.</summary>
    public const string Create =
        """
        CREATE TABLE measures (
            notice_id uuid NOT NULL,
            clause text NOT NULL,
            version bigint NOT NULL,
            issuer text NOT NULL,
            event jsonb NOT NULL,
            PRIMARY KEY (notice_id, clause)
        );
        CREATE INDEX measures_issuer ON measures (issuer);
        """;

    /// <summary>
    /// Keeps the event if it is newer than what is known of its clause, or if it states the known version again and says otherwise
    /// (docs/adr/rebuild-by-restating.md). The minerals that the clause is or was about; none when nothing is changed.
    /// </summary>
    public static async Task<IReadOnlyCollection<string>> ApplyAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, ControlStateChanged @event, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO measures AS m (notice_id, clause, version, issuer, event) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (notice_id, clause) DO UPDATE SET version = excluded.version, issuer = excluded.issuer, event = excluded.event
            WHERE excluded.version > m.version
                OR ($6 AND excluded.version = m.version AND {Restated.Says("excluded.event")} <> {Restated.Says("m.event")})
            RETURNING coalesce((SELECT event FROM measures WHERE (notice_id, clause) = ($1, $2)), event)
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = @event.NoticeId }, new() { Value = @event.Clause }, new() { Value = @event.Version }, new() { Value = @event.Issuer },
                new() { Value = JsonSerializer.Serialize(@event, EventJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb },
                new() { Value = @event.Silent },
            },
        };
        // A statement does not see what it changes: this is the clause as it was.
        if (await command.ExecuteScalarAsync(cancellationToken) is not string before) return [];
        return JsonSerializer.Deserialize<ControlStateChanged>(before, EventJson.Options)!.Minerals.Union(@event.Minerals, StringComparer.Ordinal).ToList();
    }

    /// <summary>What economies, or the customs unions they are in, have ordered.</summary>
    public static async Task<IReadOnlyList<KnownMeasure>> OfAsync(
        NpgsqlConnection connection, IReadOnlyCollection<string> economies, CancellationToken cancellationToken)
    {
        if (economies.Count == 0) return [];
        await using var command = new NpgsqlCommand("SELECT event FROM measures WHERE issuer = ANY($1)", connection)
        {
            Parameters = { new() { Value = economies.SelectMany(KnownMeasure.IssuersFor).Distinct(StringComparer.Ordinal).ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var measures = new List<KnownMeasure>();
        while (await reader.ReadAsync(cancellationToken))
            measures.Add(new KnownMeasure(JsonSerializer.Deserialize<ControlStateChanged>(reader.GetString(0), EventJson.Options)!));
        return measures;
    }
}
