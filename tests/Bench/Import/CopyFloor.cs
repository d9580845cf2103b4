using System.Diagnostics;
using Chokepoint.Imports;
using Chokepoint.TradeFlows.Data;
using Npgsql;

namespace Chokepoint.Bench.Import;

/// <summary>The floor: the same rows, already parsed, by one bare binary COPY each into a table of the same columns without any index.</summary>
internal static class CopyFloor
{
    private const int BufferBytes = 8 << 20;

    /// <summary>Rows per second.</summary>
    public static async Task<double> FlowsAsync(NpgsqlDataSource database, BaciFile file, CancellationToken cancellationToken)
    {
        await ExecuteAsync(database, FlowTables.Create + "CREATE TABLE floor_flows (LIKE flows);", cancellationToken);
        var rate = await CopyAsync(
            database, $"COPY floor_flows ({string.Join(", ", FlowTables.Columns)}) FROM STDIN (FORMAT binary)", file.Parsed(),
            (buffer, row) => FlowTables.Encode(buffer, 1, row, 1), file.Rows, cancellationToken);
        await ExecuteAsync(database, "DROP TABLE floor_flows", cancellationToken);
        return rate;
    }

    /// <summary>Rows per second.</summary>
    public static async Task<double> PricesAsync(NpgsqlDataSource database, PriceFiles files, CancellationToken cancellationToken)
    {
        await ExecuteAsync(database, "CREATE TABLE floor_prices (series_no integer NOT NULL, date date NOT NULL, value double precision NOT NULL, vintage date NOT NULL)", cancellationToken);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var rows = Enumerable.Range(0, files.Series).SelectMany(series => PriceFiles.Parsed(series).Select(price => (series, price.Date, price.Value)));
        var rate = await CopyAsync(
            database, "COPY floor_prices (series_no, date, value, vintage) FROM STDIN (FORMAT binary)", rows,
            (buffer, row) =>
            {
                buffer.StartRow(4);
                buffer.Write(row.series);
                buffer.Write(row.Date);
                buffer.Write(row.Value);
                buffer.Write(today);
            }, files.Observations, cancellationToken);
        await ExecuteAsync(database, "DROP TABLE floor_prices", cancellationToken);
        return rate;
    }

    private static async Task<double> CopyAsync<TRow>(
        NpgsqlDataSource database, string copyRows, IEnumerable<TRow> rows, Action<BinaryCopyBuffer, TRow> encode, int count, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var began = Stopwatch.GetTimestamp();
        await using (var copy = await connection.BeginRawBinaryCopyAsync(copyRows, cancellationToken))
        {
            var buffer = new BinaryCopyBuffer(BufferBytes + (BufferBytes >> 3));
            var headerLength = buffer.Length;
            var isFirst = true;
            foreach (var row in rows)
            {
                encode(buffer, row);
                if (buffer.Length < BufferBytes) continue;
                await copy.WriteAsync(buffer.Part(isFirst ? 0 : headerLength), cancellationToken);
                isFirst = false;
                buffer.Clear();
            }
            await copy.WriteAsync(buffer.Finish()[(isFirst ? 0 : headerLength)..], cancellationToken);
        }
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
