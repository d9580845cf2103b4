using System.Collections.Concurrent;
using Chokepoint.Imports;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.MarketPrices.Observations;
using Chokepoint.MarketPrices.Series;
using Chokepoint.MarketPrices.Signals;
using Chokepoint.Messaging.Outbox;
using Npgsql;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>Stages prices by their series' number and merges them as <c>POST /observations</c> does.</summary>
internal sealed class PriceTarget(NpgsqlDataSource database, SignalAnnouncer signals, IOutbox outbox) : IImportTarget<PriceRow>
{
    private readonly ConcurrentDictionary<SeriesIdentity, int> _series = new();
    private (long JobNo, DateOnly Vintage) _vintage;

    public IReadOnlyList<string> StagedColumns { get; } = ["series_no", "date", "value", "vintage"];

    public async Task PrepareAsync(NpgsqlConnection connection, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"CREATE TABLE IF NOT EXISTS {staging} (series_no integer NOT NULL, date date NOT NULL, value double precision NOT NULL, vintage date NOT NULL)",
            connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        _series.Clear(); // learned anew by each file: memory does not grow with the files seen
        _vintage = (job.No, PriceOptions.Of(job.Options).Vintage ?? DateOnly.FromDateTime(job.SubmittedAt.UtcDateTime));
    }

    public bool TryEncode(BinaryCopyBuffer buffer, ImportJob job, in PriceRow row)
    {
        if (!_series.TryGetValue(row.Series, out var no)) return false;
        buffer.StartRow(4);
        buffer.Write(no);
        buffer.Write(row.Date);
        buffer.Write(row.Value);
        buffer.Write(row.Vintage ?? _vintage.Vintage);
        return true;
    }

    public async Task LearnAsync(ImportJob job, PriceRow row, string staging, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        _series[row.Series] = (await SeriesRegistry.ResolveAsync(connection, row.Series, cancellationToken)).No;
    }

    public async Task<MergeOutcome> MergeAsync(
        NpgsqlTransaction transaction, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        await using var repeated = new NpgsqlCommand(
            $"DELETE FROM {staging} e USING {staging} l WHERE l.series_no = e.series_no AND l.date = e.date AND l.ctid > e.ctid", connection) { CommandTimeout = 0 };
        var dropped = await repeated.ExecuteNonQueryAsync(cancellationToken);
        var outcome = await ObservationMerge.RunAsync(connection, staging, cancellationToken);
        await signals.AnnounceAsync(transaction, await SeriesInAsync(connection, staging, cancellationToken), cancellationToken);
        return outcome with { Unchanged = outcome.Unchanged + dropped };
    }

    public void Merged() => outbox.Committed();

    private static async Task<List<int>> SeriesInAsync(NpgsqlConnection connection, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT DISTINCT series_no FROM {staging}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var series = new List<int>();
        while (await reader.ReadAsync(cancellationToken)) series.Add(reader.GetInt32(0));
        return series;
    }
}
