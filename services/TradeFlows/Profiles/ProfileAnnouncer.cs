using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Messaging.Outbox;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Imports;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>
/// After a merge: takes the supply profiles that it touched anew, and publishes those that differ materially from what was last
/// announced, in the merge's own transaction.
/// </summary>
internal sealed class ProfileAnnouncer(IOutbox outbox, TimeProvider clock)
{
    private const int EventsAtOnce = 500;

    public async Task AnnounceAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var sources = await ReportedFlows.SourcesAsync(connection, cancellationToken);
        var touched = await TouchedAsync(connection, cancellationToken);
        if (touched.Count == 0) return;

        var pending = new List<(SupplyProfile Profile, string Source)>();
        var group = new List<ReportedFlow>();
        // The connection can do one thing at a time, so what is streamed is reduced to profiles before anything is written.
        await foreach (var flow in ReportedFlows.OfTableAsync(connection, FlowMerge.Touched, cancellationToken))
        {
            if (group.Count > 0 && (group[0].Reporter, group[0].Period) != (flow.Reporter, flow.Period))
            {
                pending.AddRange(ProfilesOf(group, touched, sources));
                group.Clear();
            }
            group.Add(flow);
        }
        if (group.Count > 0) pending.AddRange(ProfilesOf(group, touched, sources));
        foreach (var chunk in pending.Chunk(EventsAtOnce)) await PublishAsync(transaction, chunk, cancellationToken);
    }

    private static async Task<HashSet<(short Reporter, int Period, string Mineral, Stage Stage)>> TouchedAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT reporter, period, hs FROM {FlowMerge.Touched}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var touched = new HashSet<(short, int, string, Stage)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            foreach (var set in ProfileCodes.Holding(reader.GetString(2)))
                touched.Add((reader.GetInt16(0), reader.GetInt32(1), set.Mineral, set.Stage));
        }
        return touched;
    }

    private static IEnumerable<(SupplyProfile, string)> ProfilesOf(
        List<ReportedFlow> flows, HashSet<(short, int, string, Stage)> touched, IReadOnlyList<(short Id, string Name)> sources)
    {
        var (reporter, period) = (flows[0].Reporter, flows[0].Period);
        if (!TradeAreas.TryGetCode(reporter, out var importer)) yield break;
        var sets = flows.SelectMany(f => ProfileCodes.Holding(f.Figure.Hs)).Distinct()
            .Where(set => touched.Contains((reporter, period, set.Mineral, set.Stage)));
        foreach (var set in sets)
        {
            if (SupplyProfiles.BySource(importer, period, set, flows, sources) is { } found) yield return found;
        }
    }

    private async Task PublishAsync(
        NpgsqlTransaction transaction, IReadOnlyList<(SupplyProfile Profile, string Source)> profiles, CancellationToken cancellationToken)
    {
        var announced = await AnnouncedAsync(transaction.Connection!, profiles, cancellationToken);
        var now = clock.GetUtcNow();
        var events = new List<SupplyProfileChanged>();
        foreach (var (profile, source) in profiles)
        {
            var before = announced.GetValueOrDefault((profile.Importer, profile.Mineral, profile.Period));
            if (before?.ByStage.GetValueOrDefault(profile.Stage) is { } last && !Materiality.Differs(last, profile, source)) continue;
            // Versions count per importer, mineral and period, whatever the stage: that is the event's aggregate.
            var version = (before?.Version ?? 0) + 1;
            var @event = EventOf(profile, source, version, now);
            announced[(profile.Importer, profile.Mineral, profile.Period)] = (before ?? Announced.Nothing).With(profile.Stage, @event);
            events.Add(@event);
        }
        await StoreAsync(transaction.Connection!, events, cancellationToken);
        await outbox.WriteAsync(transaction, events, cancellationToken);
    }

    private static SupplyProfileChanged EventOf(SupplyProfile profile, string source, long version, DateTimeOffset now) => new()
    {
        EventId = Guid.CreateVersion7(now), Version = version, OccurredAt = now,
        Importer = profile.Importer, Mineral = profile.Mineral, Stage = profile.Stage, Period = TradePeriod.Name(profile.Period),
        Suppliers = [.. profile.Suppliers.Select(s => new SupplierShare(s.Supplier, s.Share))],
        Hhi = profile.Concentration.Hhi, HhiLow = profile.Concentration.Low, HhiHigh = profile.Concentration.High,
        VolumeKg = profile.NetKg, ValueUsd = profile.ValueUsd, Basis = profile.Basis, HsCodes = profile.HsCodes,
        IsBasket = profile.IsBasket, Collapse = false, Source = source,
    };

    private static async Task<Dictionary<(string, string, int), Announced>> AnnouncedAsync(
        NpgsqlConnection connection, IReadOnlyList<(SupplyProfile Profile, string)> profiles, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT p.importer, p.mineral, p.period, p.stage, p.version, p.profile
            FROM supply_profiles p JOIN (SELECT DISTINCT * FROM unnest($1, $2, $3)) t (importer, mineral, period) USING (importer, mineral, period)
            """, connection);
        AddKeys(command, [.. profiles.Select(p => p.Profile)]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var announced = new Dictionary<(string, string, int), Announced>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = (reader.GetString(0), reader.GetString(1), reader.GetInt32(2));
            var last = JsonSerializer.Deserialize<SupplyProfileChanged>(reader.GetString(5), EventJson.Options)!;
            announced[key] = announced.GetValueOrDefault(key, Announced.Nothing).With((Stage)reader.GetInt16(3), last);
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
                new() { Value = events.Select(e => TradePeriod.TryParse(e.Period, out var period) ? period : 0).ToArray() },
                new() { Value = events.Select(e => (short)e.Stage!.Value).ToArray() },
                new() { Value = events.Select(e => e.Version).ToArray() },
                new() { Value = events.Select(e => JsonSerializer.Serialize(e, EventJson.Options)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddKeys(NpgsqlCommand command, IReadOnlyList<SupplyProfile> profiles)
    {
        command.Parameters.Add(new() { Value = profiles.Select(p => p.Importer).ToArray() });
        command.Parameters.Add(new() { Value = profiles.Select(p => p.Mineral).ToArray() });
        command.Parameters.Add(new() { Value = profiles.Select(p => p.Period).ToArray() });
    }

    /// <summary>What was last announced of an importer, mineral and period, by stage, and the newest version among it.</summary>
    private sealed record Announced(long Version, IReadOnlyDictionary<Stage, SupplyProfileChanged> ByStage)
    {
        public static Announced Nothing { get; } = new(0, new Dictionary<Stage, SupplyProfileChanged>());

        public Announced With(Stage stage, SupplyProfileChanged last) =>
            new(Math.Max(Version, last.Version), new Dictionary<Stage, SupplyProfileChanged>(ByStage) { [stage] = last });
    }
}
