using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>A month's flow from a supplier to an importer, as the importer (<paramref name="ByExporter"/> false) or the supplier reports it.</summary>
internal sealed record MonthlyReport(short Importer, short Source, bool ByExporter, int Period, FlowFigure Figure)
{
    public short Reporter => ByExporter ? Figure.Partner : Importer;
}

/// <summary>
/// The months a reporter has reported for under a set of codes, by a flow of theirs or by a file that has them in other months: where it
/// lists no flow in one of them, there was none.
/// </summary>
internal sealed class ReportedMonths
{
    private readonly Dictionary<(short Source, short Reporter, bool IsExporter), SortedSet<int>> _months = [];

    public void Add(short source, short reporter, bool isExporter, int period)
    {
        if (!_months.TryGetValue((source, reporter, isExporter), out var months)) _months[(source, reporter, isExporter)] = months = [];
        months.Add(period);
    }

    public IReadOnlyCollection<int> Of(short source, short reporter, bool isExporter) => _months.GetValueOrDefault((source, reporter, isExporter), []);
}

/// <summary>Reads monthly flows from either side's reports.</summary>
internal static class MonthlyFlows
{
    private const string Months = "f.source = ANY($1) AND f.breakdown = '' AND f.period % 100 > 0";

    private static readonly string Into =
        $"(f.direction = {(short)FlowDirection.Import} AND f.reporter = ANY($2)) OR (f.direction = {(short)FlowDirection.Export} AND f.partner = ANY($2))";

    public static async Task<ReportedMonths> ReportedAsync(
        NpgsqlConnection connection, ProfileCodeSet set, IReadOnlyList<FlowOrigin> sources, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            $"""
            SELECT DISTINCT f.source, f.reporter, f.direction, f.period FROM flows f
            WHERE {Months} AND {LinesOf(set)} AND f.direction IN ({(short)FlowDirection.Import}, {(short)FlowDirection.Export})
            UNION SELECT source, reporter, direction, period FROM reported_months WHERE source = ANY($1) AND hs = ANY($2)
            """, sources);
        command.Parameters.Add(new() { Value = set.Codes.Select(c => c.Hs6).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new ReportedMonths();
        while (await reader.ReadAsync(cancellationToken))
            months.Add(reader.GetInt16(0), reader.GetInt16(1), (FlowDirection)reader.GetInt16(2) is FlowDirection.Export, reader.GetInt32(3));
        return months;
    }

    public static async Task<IReadOnlyList<MonthlyReport>> IntoAsync(
        NpgsqlConnection connection, IReadOnlyList<short> importers, ProfileCodeSet set, IReadOnlyList<FlowOrigin> sources, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection, $"SELECT f.source, f.direction, f.reporter, f.partner, f.period, f.hs, f.net_kg, f.value_usd FROM flows f WHERE {Months} AND {LinesOf(set)} AND ({Into})", sources);
        command.Parameters.Add(new() { Value = importers.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var reports = new List<MonthlyReport>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var byExporter = (FlowDirection)reader.GetInt16(1) is FlowDirection.Export;
            var (reporter, partner) = (reader.GetInt16(2), reader.GetInt16(3));
            var figure = new FlowFigure(
                byExporter ? reporter : partner, reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetDouble(6), reader.IsDBNull(7) ? null : reader.GetDouble(7));
            reports.Add(new MonthlyReport(byExporter ? partner : reporter, reader.GetInt16(0), byExporter, reader.GetInt32(4), figure));
        }
        return reports;
    }

    /// <summary>Whom exporters have supplied in any month, as they report it.</summary>
    public static async Task<IReadOnlyList<short>> SuppliedByAsync(
        NpgsqlConnection connection, IReadOnlyCollection<short> exporters, ProfileCodeSet set, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT DISTINCT partner FROM flows WHERE line = ANY($1) AND breakdown = '' AND period % 100 > 0", connection)
        {
            CommandTimeout = 0, Parameters = { new() { Value = TariffLine.All(set.Codes.Select(c => c.Hs6), exporters, FlowDirection.Export) } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var importers = new List<short>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (TradeAreas.TryGetCode(reader.GetInt16(0), out _)) importers.Add(reader.GetInt16(0));
        }
        return importers;
    }

    private static string LinesOf(ProfileCodeSet set) => TariffLine.IsOf(set.Codes.Select(c => c.Hs6));

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, IReadOnlyList<FlowOrigin> sources) => new(sql, connection)
    {
        CommandTimeout = 0,
        Parameters =
        {
            new() { Value = sources.Where(s => !s.IsReconciled).Select(s => s.Id).ToArray() }, // BACI has years only
        },
    };
}
