using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>A source of flows. <paramref name="IsReconciled"/>: both sides' reports made one (BACI), so there is no other side to compare.</summary>
internal sealed record FlowOrigin(short Id, string Name, bool IsReconciled);

/// <summary>A flow as one source's reporter gives it.</summary>
internal sealed record ReportedFlow(short Reporter, int Period, short Source, FlowFigure Figure);

/// <summary>Reads the flows that profiles are taken from, in total over their breakdowns.</summary>
internal static class ReportedFlows
{
    /// <summary>Sources in the order of their rank.</summary>
    public static async Task<IReadOnlyList<FlowOrigin>> SourcesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT id, name FROM sources ORDER BY rank, id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sources = new List<FlowOrigin>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = reader.GetString(1);
            sources.Add(new FlowOrigin(reader.GetInt16(0), name, name.StartsWith("CEPII BACI", StringComparison.Ordinal)));
        }
        return sources;
    }

    /// <summary>What importers report for a year as a whole.</summary>
    public static Task<IReadOnlyList<ReportedFlow>> OfYearAsync(
        NpgsqlConnection connection, IReadOnlyCollection<short> reporters, int period, IReadOnlyCollection<string> codes, IReadOnlyList<FlowOrigin> sources,
        CancellationToken cancellationToken) => ReadAsync(
            connection, "f.line = ANY($3) AND f.period = f.year * 100", new() { Value = TariffLine.All(codes, reporters, FlowDirection.Import) },
            partnerIsReporter: false, period / 100, sources, cancellationToken);

    /// <summary>What one importer reports for a year and its months.</summary>
    public static Task<IReadOnlyList<ReportedFlow>> OfYearAndMonthsAsync(
        NpgsqlConnection connection, short importer, int year, IReadOnlyCollection<string> codes, IReadOnlyList<FlowOrigin> sources,
        CancellationToken cancellationToken) => ReadAsync(
            connection, "f.line = ANY($3)", new() { Value = TariffLine.All(codes, [importer], FlowDirection.Import) }, partnerIsReporter: false, year,
            sources, cancellationToken);

    /// <summary>The mirror: what exporters report to have sold to an importer; the figure's partner is the exporter.</summary>
    public static Task<IReadOnlyList<ReportedFlow>> ToImporterAsync(
        NpgsqlConnection connection, short importer, int year, IReadOnlyCollection<string> codes, IReadOnlyList<FlowOrigin> sources,
        CancellationToken cancellationToken) => ReadAsync(
            connection, $"{TariffLine.IsOf(codes)} AND f.partner = $3 AND f.direction = {(short)FlowDirection.Export}", new() { Value = importer },
            partnerIsReporter: true, year, [.. sources.Where(s => !s.IsReconciled)], cancellationToken);

    /// <summary>What an economy reports to have sold, to whom it may be; a reconciled source has no exports apart from its imports.</summary>
    public static Task<IReadOnlyList<ReportedFlow>> ExportsAsync(
        NpgsqlConnection connection, short exporter, int year, IReadOnlyCollection<string> codes, IReadOnlyList<FlowOrigin> sources,
        CancellationToken cancellationToken) => ReadAsync(
            connection, "f.line = ANY($3)", new() { Value = TariffLine.All(codes, [exporter], FlowDirection.Export) }, partnerIsReporter: false, year,
            [.. sources.Where(s => !s.IsReconciled)], cancellationToken);

    private static async Task<IReadOnlyList<ReportedFlow>> ReadAsync(
        NpgsqlConnection connection, string condition, NpgsqlParameter asked, bool partnerIsReporter, int year, IReadOnlyList<FlowOrigin> sources,
        CancellationToken cancellationToken)
    {
        if (sources.Count == 0) return [];
        await using var command = new NpgsqlCommand(
            $"""
            SELECT f.reporter, f.period, f.source, f.partner, f.hs, f.net_kg, f.value_usd FROM flows f
            WHERE f.source = ANY($1) AND f.year = $2 AND f.breakdown = '' AND {condition}
            """, connection)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = sources.Select(s => s.Id).ToArray() }, new() { Value = (short)year }, asked },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var flows = new List<ReportedFlow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (reporter, partner) = (reader.GetInt16(0), reader.GetInt16(3));
            var figure = new FlowFigure(
                partnerIsReporter ? reporter : partner, reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetDouble(5),
                reader.IsDBNull(6) ? null : reader.GetDouble(6));
            flows.Add(new ReportedFlow(reporter, reader.GetInt32(1), reader.GetInt16(2), figure));
        }
        return flows;
    }
}
