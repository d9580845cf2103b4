using Chokepoint.Contracts;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Imports;
using Npgsql;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>Which profiles a merge may have changed.</summary>
/// <param name="Years">By importer and year: what it bought is told by the importer's own report alone.</param>
/// <param name="Months">
/// By set of codes: importers of which some month came, from whichever side, and those whom an exporter of such a month has ever supplied:
/// that the month does not name them tells of them too.
/// </param>
internal sealed record TouchedProfiles(
    IReadOnlyDictionary<(short Importer, int Period), HashSet<(string Mineral, Stage Stage)>> Years,
    IReadOnlyDictionary<ProfileCodeSet, SortedSet<short>> Months)
{
    public static async Task<TouchedProfiles> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var years = new Dictionary<(short, int), HashSet<(string, Stage)>>();
        var months = new Dictionary<ProfileCodeSet, SortedSet<short>>(ReferenceEqualityComparer.Instance);
        var exporters = new Dictionary<ProfileCodeSet, SortedSet<short>>(ReferenceEqualityComparer.Instance);
        await using (var command = new NpgsqlCommand($"SELECT DISTINCT importer, period, hs, direction, reporter FROM {FlowMerge.Touched}", connection) { CommandTimeout = 0 })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var (importer, period, direction) = (reader.GetInt16(0), reader.GetInt32(1), (FlowDirection)reader.GetInt16(3));
                foreach (var set in ProfileCodes.Holding(reader.GetString(2)))
                {
                    if (!TradePeriod.IsYear(period) && direction is FlowDirection.Export) Of(exporters, set).Add(reader.GetInt16(4));
                    if (!TradeAreas.TryGetCode(importer, out _)) continue;
                    if (!TradePeriod.IsYear(period)) Of(months, set).Add(importer);
                    else if (direction is FlowDirection.Import) Of(years, (importer, period)).Add((set.Mineral, set.Stage));
                }
            }
        }
        foreach (var (set, reporters) in exporters)
            Of(months, set).UnionWith(await MonthlyFlows.SuppliedByAsync(connection, reporters, set, cancellationToken));
        return new TouchedProfiles(years, months);
    }

    private static TValue Of<TKey, TValue>(Dictionary<TKey, TValue> map, TKey key)
        where TKey : notnull
        where TValue : new()
    {
        if (!map.TryGetValue(key, out var value)) map[key] = value = new TValue();
        return value;
    }
}
