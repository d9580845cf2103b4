using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Operations;
using Chokepoint.RiskScoring.Controls;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>Which signal an event is about.</summary>
/// <param name="Importer">Null where it is everybody's.</param>
/// <param name="AsOf">The last day it is about.</param>
internal sealed record SignalKey(string Kind, string Key, string Mineral, string? Importer, DateOnly AsOf)
{
    public const string Price = "price";
    public const string Supply = "supply";

    public static SignalKey Of(PriceReading price) => new(Price, price.SeriesId.ToString(), price.Mineral, null, price.AsOf);

    public static SignalKey Of(SupplyReading supply) => new(
        Supply, $"{supply.Importer}/{supply.Mineral}/{supply.Stage}/{supply.Period}", supply.Mineral, supply.Importer, supply.Through);
}

/// <summary>Prices and flows as they came in events, in riskdb.</summary>
internal static class SignalStore
{
    /// <summary>Keeps the version for history, and as the newest one if it is.</summary>
    /// <returns>Whether it is newer than what was known.</returns>
    public static async Task<bool> ApplyAsync<TEvent>(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, SignalKey key, TEvent @event, bool silent, CancellationToken cancellationToken)
        where TEvent : IPlatformEvent
    {
        // As with clauses, a restated version puts right what says otherwise, and comes back as the event that first told it.
        await using var command = new NpgsqlCommand($"""
            WITH kept AS (
                INSERT INTO signal_versions (kind, key, version, mineral, importer, as_of, occurred_at, event) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT DO NOTHING)
            INSERT INTO signals (kind, key, version, event)
            SELECT $1, $2, $3, coalesce((
                SELECT v.event FROM signal_versions v
                WHERE $9 AND v.kind = $1 AND v.key = $2 AND v.version = $3 AND {Restated.Says("v.event")} = {Restated.Says("$8")}), $8)
            ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version, event = excluded.event, transaction_id = pg_current_xact_id()
            WHERE excluded.version > signals.version
                OR ($9 AND excluded.version = signals.version AND {Restated.Says("excluded.event")} <> {Restated.Says("signals.event")})
            RETURNING version
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = key.Kind }, new() { Value = key.Key }, new() { Value = @event.Version }, new() { Value = key.Mineral },
                new() { Value = (object?)key.Importer ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = key.AsOf },
                new() { Value = @event.OccurredAt.ToUniversalTime() },
                new() { Value = JsonSerializer.Serialize(@event, EventJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb }, new() { Value = silent },
            },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>The signals of minerals as they stood on a day, and as they were known at an instant.</summary>
    /// <param name="importers">Whose flows; null is everybody's.</param>
    public static async Task<SignalSnapshot> AsOfAsync(
        NpgsqlConnection connection, IReadOnlyCollection<string>? importers, IReadOnlyCollection<string> minerals, DateOnly day, DateTimeOffset? knownBefore,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            SELECT DISTINCT ON (kind, key) kind, key, event FROM signal_versions
            WHERE mineral = ANY($1) AND (importer IS NULL OR $2 IS NULL OR importer = ANY($2)) AND as_of <= $3 AND ($4 IS NULL OR occurred_at < $4)
            ORDER BY kind, key, version DESC
            """, connection)
        {
            Parameters =
            {
                new() { Value = minerals.ToArray() },
                new() { Value = (object?)importers?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }, new() { Value = day },
                new() { Value = knownBefore is { } at ? at.ToUniversalTime() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
        var (prices, supplies) = (new List<PriceReading>(), new List<(string, SupplyReading)>());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) Sort(reader.GetString(0), reader.GetString(1), reader.GetString(2), prices, supplies);
        return SignalSnapshot.Empty.With(prices, supplies);
    }

    public static void Sort(string kind, string key, string json, List<PriceReading> prices, List<(string, SupplyReading)> supplies)
    {
        if (kind == SignalKey.Price) prices.Add(PriceReading.Parse(json));
        else if (SupplyReading.Parse(json) is { } supply) supplies.Add((key, supply));
    }
}
