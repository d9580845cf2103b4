using System.Diagnostics;
using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;
using Npgsql;

namespace Chokepoint.Bench.Import;

/// <summary>
/// The floor: the same rows, already parsed, by one bare binary COPY into a table of their fields without any index, on the same server.
/// </summary>
internal static class CopyFloor
{
    private const int BufferBytes = 8 << 20;

    /// <summary>The fields of a flow, and whose file it was.</summary>
    private const string Flows =
        """
        source smallint NOT NULL, year smallint NOT NULL, period integer NOT NULL, hs text COLLATE "C" NOT NULL, reporter smallint NOT NULL,
        direction smallint NOT NULL, partner smallint NOT NULL, breakdown text COLLATE "C" NOT NULL, classification smallint NOT NULL,
        quantity double precision, quantity_unit smallint, net_kg double precision, value_usd double precision, estimated boolean NOT NULL,
        import_no integer NOT NULL, first_import_no integer NOT NULL
        """;

    private const string Prices = "series_no integer NOT NULL, date date NOT NULL, value double precision NOT NULL, vintage date NOT NULL";

    /// <summary>Seconds that it took.</summary>
    public static Task<double> FlowsAsync(NpgsqlDataSource database, BaciFile file, CancellationToken cancellationToken) =>
        CopyAsync(database, Flows, file.Parsed(), Encode, cancellationToken);

    /// <summary>Seconds that it took.</summary>
    public static Task<double> PricesAsync(NpgsqlDataSource database, PriceFiles files, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var rows = Enumerable.Range(0, files.Series).SelectMany(series => PriceFiles.Parsed(series).Select(price => (series, price.Date, price.Value)));
        return CopyAsync(
            database, Prices, rows,
            (buffer, row) =>
            {
                buffer.StartRow(4);
                buffer.Write(row.series);
                buffer.Write(row.Date);
                buffer.Write(row.Value);
                buffer.Write(today);
            }, cancellationToken);
    }

    private static void Encode(BinaryCopyBuffer buffer, FlowRow row)
    {
        const short source = 1;
        const int importNo = 1;
        buffer.StartRow(16);
        buffer.Write(source);
        buffer.Write(row.Year);
        buffer.Write(row.Period);
        buffer.Write(row.Hs);
        buffer.Write(row.Reporter);
        buffer.Write((short)row.Direction);
        buffer.Write(row.Partner);
        buffer.Write(row.Breakdown);
        buffer.Write(row.Classification);
        buffer.Write(row.Quantity);
        buffer.Write(row.QuantityUnit);
        buffer.Write(row.NetKg);
        buffer.Write(row.ValueUsd);
        buffer.Write(row.Estimated);
        buffer.Write(importNo);
        buffer.Write(importNo);
    }

    private static async Task<double> CopyAsync<TRow>(
        NpgsqlDataSource database, string columns, IEnumerable<TRow> rows, Action<BinaryCopyBuffer, TRow> encode, CancellationToken cancellationToken)
    {
        await ExecuteAsync(database, $"CREATE TABLE floor ({columns})", cancellationToken);
        await ExecuteAsync(database, "CHECKPOINT", cancellationToken);
        var began = Stopwatch.GetTimestamp();
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var copy = await connection.BeginRawBinaryCopyAsync("COPY floor FROM STDIN (FORMAT binary)", cancellationToken))
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
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await ExecuteAsync(database, "DROP TABLE floor", cancellationToken);
        return seconds;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
