using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Outbox;
using Chokepoint.TradeFlows.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>What was last announced of each profile, and the announcing of what differs from it.</summary>
internal sealed class ProfileStore(IOutbox outbox, TimeProvider clock)
{
    private const int EventsAtOnce = 500;

    /// <summary>Publishes those that differ materially from what was last announced, in the transaction that stores them as announced.</summary>
    public async Task PublishAsync(NpgsqlTransaction transaction, IReadOnlyList<SupplyProfileChanged> profiles, CancellationToken cancellationToken)
    {
        foreach (var chunk in profiles.Chunk(EventsAtOnce))
            await outbox.WriteAsync(transaction, await StoreChangedAsync(transaction.Connection!, chunk, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Annual profiles are taken from every source. Files merge one after another, but a worker whose lease ran out may be merging
    /// still when its successor does: one tells profiles at a time until its transaction ends, so that neither misses what the other
    /// brought. Before <see cref="BeginMonthsAsync"/> where both are begun.
    /// </summary>
    public static Task BeginYearsAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => BeginAsync(connection, "annual profiles", cancellationToken);

    /// <summary>Monthly profiles are told after imports and after notices: one at a time until its transaction ends, so that neither misses what the other brought.</summary>
    public static Task BeginMonthsAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => BeginAsync(connection, "monthly profiles", cancellationToken);

    private static async Task BeginAsync(NpgsqlConnection connection, string what, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_advisory_xact_lock(hashtext('{what}'))", connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The months of minerals that were last announced with a flow that is down.</summary>
    public static async Task<IReadOnlyList<SupplyProfileChanged>> CollapsesAsync(
        NpgsqlConnection connection, IReadOnlyCollection<string> minerals, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT profile FROM supply_profiles WHERE mineral = ANY($1) AND period % 100 > 0 AND (profile->>'collapse')::boolean ORDER BY importer, period", connection)
        {
            Parameters = { new() { Value = minerals.ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var profiles = new List<SupplyProfileChanged>();
        while (await reader.ReadAsync(cancellationToken)) profiles.Add(JsonSerializer.Deserialize<SupplyProfileChanged>(reader.GetString(0), EventJson.Options)!);
        return profiles;
    }

    /// <summary>The months of a mineral's stage that were announced, by importer.</summary>
    public static async Task<ILookup<string, int>> MonthsAsync(
        NpgsqlConnection connection, IReadOnlyList<short> importers, ProfileCodeSet set, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT importer, period FROM supply_profiles WHERE mineral = $1 AND stage = $2 AND importer = ANY($3) AND period % 100 > 0", connection)
        {
            Parameters = { new() { Value = set.Mineral }, new() { Value = (short)set.Stage }, new() { Value = importers.Select(TradeAreas.NameOf).ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new List<(string Importer, int Period)>();
        while (await reader.ReadAsync(cancellationToken)) months.Add((reader.GetString(0), reader.GetInt32(1)));
        return months.ToLookup(m => m.Importer, m => m.Period, StringComparer.Ordinal);
    }

    /// <summary>Stores as announced those that differ materially from what was last announced, and returns them as events to publish.</summary>
    public async Task<IReadOnlyList<SupplyProfileChanged>> StoreChangedAsync(
        NpgsqlConnection connection, IReadOnlyList<SupplyProfileChanged> profiles, CancellationToken cancellationToken)
    {
        var announced = await AnnouncedAsync(connection, profiles, cancellationToken);
        var now = clock.GetUtcNow();
        var events = new List<SupplyProfileChanged>();
        foreach (var profile in profiles)
        {
            var key = (profile.Importer, profile.Mineral, profile.Period);
            var before = announced.GetValueOrDefault(key, Announced.Nothing);
            if (before.ByStage.GetValueOrDefault(profile.Stage!.Value) is { } last && !Materiality.Differs(last, profile)) continue;
            // Versions count per importer, mineral and period, whatever the stage: that is the event's aggregate.
            var @event = profile with { EventId = Guid.CreateVersion7(now), Version = before.Version + 1, OccurredAt = now };
            announced[key] = before.With(@event);
            events.Add(@event);
        }
        await StoreAsync(connection, events, cancellationToken);
        return events;
    }

    private static async Task<Dictionary<(string, string, string), Announced>> AnnouncedAsync(
        NpgsqlConnection connection, IReadOnlyList<SupplyProfileChanged> profiles, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT p.profile
            FROM supply_profiles p JOIN (SELECT DISTINCT * FROM unnest($1, $2, $3)) t (importer, mineral, period) USING (importer, mineral, period)
            """, connection)
        {
            Parameters =
            {
                new() { Value = profiles.Select(p => p.Importer).ToArray() },
                new() { Value = profiles.Select(p => p.Mineral).ToArray() },
                new() { Value = profiles.Select(PeriodOf).ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var announced = new Dictionary<(string, string, string), Announced>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var last = JsonSerializer.Deserialize<SupplyProfileChanged>(reader.GetString(0), EventJson.Options)!;
            var key = (last.Importer, last.Mineral, last.Period);
            announced[key] = announced.GetValueOrDefault(key, Announced.Nothing).With(last);
        }
        return announced;
    }

    private static async Task StoreAsync(NpgsqlConnection connection, List<SupplyProfileChanged> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0) return;
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO supply_profiles (importer, mineral, period, stage, version, profile) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
            ON CONFLICT (importer, mineral, period, stage) DO UPDATE SET version = excluded.version, profile = excluded.profile
            WHERE excluded.version > supply_profiles.version
            """, connection)
        {
            Parameters =
            {
                new() { Value = events.Select(e => e.Importer).ToArray() },
                new() { Value = events.Select(e => e.Mineral).ToArray() },
                new() { Value = events.Select(PeriodOf).ToArray() },
                new() { Value = events.Select(e => (short)e.Stage!.Value).ToArray() },
                new() { Value = events.Select(e => e.Version).ToArray() },
                new() { Value = events.Select(e => JsonSerializer.Serialize(e, EventJson.Options)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static int PeriodOf(SupplyProfileChanged profile) => TradePeriod.TryParse(profile.Period, out var period) ? period : 0;

    /// <summary>What was last announced of an importer, mineral and period, by stage, and the newest version among it.</summary>
    private sealed record Announced(long Version, IReadOnlyDictionary<Stage, SupplyProfileChanged> ByStage)
    {
        public static Announced Nothing { get; } = new(0, new Dictionary<Stage, SupplyProfileChanged>());

        public Announced With(SupplyProfileChanged last) =>
            new(Math.Max(Version, last.Version), new Dictionary<Stage, SupplyProfileChanged>(ByStage) { [last.Stage!.Value] = last });
    }
}
