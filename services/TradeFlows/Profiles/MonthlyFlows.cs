using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>A month's flow from a supplier to an importer, as the importer (<paramref name="ByExporter"/> false) or the supplier reports it.</summary>
internal sealed record MonthlyReport(short Importer, short Source, bool ByExporter, int Period, FlowFigure Figure)
{
    public short Reporter => ByExporter ? Figure.Partner : Importer;
}

/// <summary>The months that reporters have reported, under which codes, by a flow of theirs or by a file that has the code in other months.</summary>
internal sealed class ReportedMonths
{
    private readonly Dictionary<(short Source, short Reporter, bool IsExporter), ReporterMonths> _reporters = [];

    public void Add(short source, short reporter, bool isExporter, string hs, int period, double? unlistedUsd)
    {
        if (!_reporters.TryGetValue((source, reporter, isExporter), out var months)) _reporters[(source, reporter, isExporter)] = months = new();
        months.Add(hs, period, unlistedUsd);
    }

    public ReporterMonths Of(short source, short reporter, bool isExporter) =>
        _reporters.GetValueOrDefault((source, reporter, isExporter)) ?? ReporterMonths.None;
}

/// <summary>One reporter's months, by code: a partner that it does not list had at most what its list leaves of the month's total.</summary>
internal sealed class ReporterMonths
{
    private readonly SortedSet<int> _all = [];
    private readonly Dictionary<(string Hs, int Period), double?> _unlisted = [];

    public static ReporterMonths None { get; } = new();

    /// <summary>In order, under whichever code.</summary>
    public IReadOnlyCollection<int> All => _all;

    /// <param name="unlistedUsd">What the month's total has beyond the partners that are listed; null where that is not known.</param>
    public void Add(string hs, int period, double? unlistedUsd)
    {
        _all.Add(period);
        _unlisted[(hs, period)] = unlistedUsd;
    }

    public bool Has(string hs, int period) => _unlisted.ContainsKey((hs, period));

    /// <summary>Whether a partner that is not listed under the code had no more than this in the month.</summary>
    public bool LeavesAtMost(double usd, string hs, int period) => _unlisted.TryGetValue((hs, period), out var unlisted) && unlisted <= usd;
}

/// <summary>Reads monthly flows from either side's reports.</summary>
internal static class MonthlyFlows
{
    private const string Months = "f.source = ANY($1) AND f.breakdown = '' AND f.period % 100 > 0";

    private static readonly string Into =
        $"(f.direction = {(short)FlowDirection.Import} AND f.reporter = ANY($2)) OR (f.direction = {(short)FlowDirection.Export} AND f.partner = ANY($2))";

    public static Task<ReportedMonths> ReportedAsync(
        NpgsqlConnection connection, ProfileCodeSet set, IReadOnlyList<FlowOrigin> sources, CancellationToken cancellationToken) =>
        ReadReportedAsync(Command(connection, Reported(LinesOf(set), "true"), sources), set.Codes.Select(c => c.Hs6), cancellationToken);

    /// <summary>The months of one year that some reporters have reported.</summary>
    public static Task<ReportedMonths> ReportedInYearAsync(
        NpgsqlConnection connection, IReadOnlyCollection<short> reporters, int year, IReadOnlyCollection<string> codes, IReadOnlyList<FlowOrigin> sources,
        CancellationToken cancellationToken)
    {
        if (reporters.Count == 0) return Task.FromResult(new ReportedMonths());
        long[] lines = [.. TariffLine.All(codes, reporters, FlowDirection.Import), .. TariffLine.All(codes, reporters, FlowDirection.Export)];
        return ReadReportedAsync(
            Command(connection, Reported("f.line = ANY($3) AND f.year = $4", "reporter = ANY($5) AND period / 100 = $4"), sources), codes, cancellationToken,
            new() { Value = lines }, new() { Value = (short)year }, new() { Value = reporters.ToArray() });
    }

    /// <remarks>A reporter that states a total in most months and none in one of them was asked for some partners there, and says nothing of others.</remarks>
    private static string Reported(string flows, string reported) => $"""
        WITH listed AS (
            SELECT f.source, f.reporter, f.direction, f.hs, f.period, count(*) FILTER (WHERE partner = {TradeAreas.World}) AS totals,
                sum(f.value_usd) FILTER (WHERE partner = {TradeAreas.World}) AS total, coalesce(sum(f.value_usd) FILTER (WHERE {TradeAreas.IsPartner}), 0) AS usd
            FROM flows f WHERE {Months} AND {flows} AND f.direction IN ({(short)FlowDirection.Import}, {(short)FlowDirection.Export})
            GROUP BY f.source, f.reporter, f.direction, f.hs, f.period),
        months AS (
            SELECT *, 2 * sum(totals) OVER line > count(*) OVER line AS states_totals FROM listed WINDOW line AS (PARTITION BY source, reporter, direction, hs)),
        reported AS (SELECT source, reporter, direction, hs, period FROM reported_months WHERE source = ANY($1) AND hs = ANY($2) AND {reported})
        SELECT source, reporter, direction, hs, period, CASE WHEN m.totals IS NULL THEN 0 WHEN m.totals > 0 THEN m.total - m.usd WHEN NOT states_totals THEN 0 END
        FROM months m FULL JOIN reported USING (source, reporter, direction, hs, period)
        """;

    private static async Task<ReportedMonths> ReadReportedAsync(
        NpgsqlCommand asked, IEnumerable<string> codes, CancellationToken cancellationToken, params IEnumerable<NpgsqlParameter> more)
    {
        await using var command = asked;
        command.Parameters.Add(new() { Value = codes.ToArray() });
        foreach (var parameter in more) command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new ReportedMonths();
        while (await reader.ReadAsync(cancellationToken))
        {
            months.Add(
                reader.GetInt16(0), reader.GetInt16(1), (FlowDirection)reader.GetInt16(2) is FlowDirection.Export, reader.GetString(3), reader.GetInt32(4),
                reader.IsDBNull(5) ? null : reader.GetDouble(5));
        }
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
