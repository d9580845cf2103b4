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
            connection, "f.reporter = ANY($4) AND f.direction = 1 AND f.period = f.year * 100", partnerIsReporter: false, reporters, period / 100, codes,
            sources, cancellationToken);

    /// <summary>What one importer reports for a year and its months.</summary>
    public static Task<IReadOnlyList<ReportedFlow>> OfYearAndMonthsAsync(
        NpgsqlConnection connection, short importer, int year, IReadOnlyCollection<string> codes, IReadOnlyList<FlowOrigin> sources,
        CancellationToken cancellationToken) => ReadAsync(
            connection, "f.reporter = ANY($4) AND f.direction = 1", partnerIsReporter: false, [importer], year, codes, sources, cancellationToken);

    /// <summary>The mirror: what exporters report to have sold to an importer; the figure's partner is the exporter.</summary>
    public static Task<IReadOnlyList<ReportedFlow>> ToImporterAsync(
        NpgsqlConnection connection, short importer, int year, IReadOnlyCollection<string> codes, IReadOnlyList<FlowOrigin> sources,
        CancellationToken cancellationToken) => ReadAsync(
            connection, "f.partner = ANY($4) AND f.direction = 2", partnerIsReporter: true, [importer], year, codes, [.. sources.Where(s => !s.IsReconciled)],
            cancellationToken);

    /// <summary>What an economy reports to have sold, to whom it may be.</summary>
    public static Task<IReadOnlyList<ReportedFlow>> ExportsAsync(
        NpgsqlConnection connection, short exporter, int year, IReadOnlyCollection<string> codes, IReadOnlyList<FlowOrigin> sources,
        CancellationToken cancellationToken) => ReadAsync(
            connection, "f.reporter = ANY($4) AND f.direction = 2", partnerIsReporter: false, [exporter], year, codes, sources, cancellationToken);

    private static async Task<IReadOnlyList<ReportedFlow>> ReadAsync(
        NpgsqlConnection connection, string condition, bool partnerIsReporter, IReadOnlyCollection<short> areas, int year, IReadOnlyCollection<string> codes,
        IReadOnlyList<FlowOrigin> sources, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT f.reporter, f.period, f.source, f.partner, f.hs, f.net_kg, f.value_usd FROM flows f
            WHERE f.source = ANY($1) AND f.year = $2 AND f.hs = ANY($3) AND f.breakdown = '' AND {condition}
            """, connection)
        {
            CommandTimeout = 0,
            Parameters =
            {
                new() { Value = sources.Select(s => s.Id).ToArray() }, new() { Value = (short)year }, new() { Value = codes.ToArray() },
                new() { Value = areas.ToArray() },
            },
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
