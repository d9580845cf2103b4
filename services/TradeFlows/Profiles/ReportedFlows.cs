using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.TradeFlows.Profiles;

/// <summary>A flow into an importer as one source reports it.</summary>
internal sealed record ReportedFlow(short Reporter, int Period, short Source, FlowFigure Figure, int ImportNo);

/// <summary>Reads the flows that profiles are taken from: imports, in total over their breakdowns.</summary>
internal static class ReportedFlows
{
    private const string Select =
        "SELECT f.reporter, f.period, f.source, f.partner, f.hs, f.net_kg, f.value_usd, f.import_no FROM flows f";

    /// <summary>Sources in the order of their rank.</summary>
    public static async Task<IReadOnlyList<(short Id, string Name)>> SourcesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT id, name FROM sources ORDER BY rank, id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sources = new List<(short, string)>();
        while (await reader.ReadAsync(cancellationToken)) sources.Add((reader.GetInt16(0), reader.GetString(1)));
        return sources;
    }

    /// <summary>What one importer reports for a year and its months.</summary>
    public static async Task<IReadOnlyList<ReportedFlow>> OfYearAsync(
        NpgsqlConnection connection, short reporter, int year, IReadOnlyCollection<string> codes, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            {Select} WHERE f.source = ANY(SELECT id FROM sources) AND f.year = $1 AND f.hs = ANY($2) AND f.reporter = $3
                AND f.direction = {(short)FlowDirection.Import} AND f.breakdown = ''
            """, connection)
        {
            Parameters = { new() { Value = (short)year }, new() { Value = codes.ToArray() }, new() { Value = reporter } },
        };
        var flows = new List<ReportedFlow>();
        await foreach (var flow in ReadAsync(command, cancellationToken)) flows.Add(flow);
        return flows;
    }

    /// <summary>Everything reported by the importers and for the periods of a table (reporter, period), importer by importer.</summary>
    public static async IAsyncEnumerable<ReportedFlow> OfTableAsync(
        NpgsqlConnection connection, string table, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var years = new NpgsqlCommand($"SELECT array_agg(DISTINCT (period / 100)::smallint) FROM {table}", connection);
        if (await years.ExecuteScalarAsync(cancellationToken) is not short[] present) yield break;
        await using var command = new NpgsqlCommand(
            $"""
            {Select} JOIN (SELECT DISTINCT reporter, period FROM {table}) t ON t.reporter = f.reporter AND t.period = f.period
            WHERE f.year = ANY($1) AND f.hs = ANY($2) AND f.direction = {(short)FlowDirection.Import} AND f.breakdown = ''
            ORDER BY f.reporter, f.period
            """, connection)
        {
            CommandTimeout = 0, Parameters = { new() { Value = present }, new() { Value = ProfileCodes.All.ToArray() } },
        };
        await foreach (var flow in ReadAsync(command, cancellationToken)) yield return flow;
    }

    private static async IAsyncEnumerable<ReportedFlow> ReadAsync(
        NpgsqlCommand command, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var figure = new FlowFigure(
                reader.GetInt16(3), reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetDouble(5), reader.IsDBNull(6) ? null : reader.GetDouble(6));
            yield return new ReportedFlow(reader.GetInt16(0), reader.GetInt32(1), reader.GetInt16(2), figure, reader.GetInt32(7));
        }
    }
}
