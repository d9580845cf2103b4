using Chokepoint.Imports;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.MarketPrices.Observations;
using Chokepoint.MarketPrices.Series;
using Chokepoint.MarketPrices.Signals;
using Chokepoint.Messaging.Outbox;
using Npgsql;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>Stages prices as years of their series, the rows they are stored in, and merges them as <c>POST /observations</c> does.</summary>
/// <remarks>Each lane of the worker has its own and carries out one job at a time, so what is kept here between calls is of that job.</remarks>
internal sealed class PriceTarget(NpgsqlDataSource database, SignalAnnouncer signals, IOutbox outbox) : IImportTarget<PriceRow>
{
    private readonly Dictionary<SeriesIdentity, int> _series = [];
    private readonly Dictionary<(int Series, int Year, DateOnly Vintage), HeldYear> _held = [];
    private readonly BinaryCopyBuffer _stored = new(); // kept from file to file: a large piece of memory for each keeps the collector busy
    private (SeriesIdentity? Identity, int No) _lastSeries;
    private HeldYear? _lastYear;
    private DateOnly _vintage;
    private long _seq;

    public int HeldBytes { get; private set; }

    public IReadOnlyList<string> StagedColumns(ImportJob job) => ["seq", "series_no", "year", "vintage", "dates", "prices"];

    public Task BeginAsync(ImportJob job, CancellationToken cancellationToken)
    {
        _series.Clear(); // learned anew by each file: memory does not grow with the files seen
        _lastSeries = default;
        Forget();
        _vintage = PriceOptions.Of(job.Options).Vintage ?? DateOnly.FromDateTime(job.SubmittedAt.UtcDateTime);
        _seq = (long)job.Attempt << 32; // behind what an earlier attempt has staged
        return Task.CompletedTask;
    }

    public async Task PrepareAsync(NpgsqlConnection connection, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            CREATE TABLE IF NOT EXISTS {staging} ({ObservationMerge.StagedColumns});
            ALTER TABLE {staging} ALTER COLUMN dates SET STORAGE EXTERNAL, ALTER COLUMN prices SET STORAGE EXTERNAL;
            """, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public bool TryEncode(BinaryCopyBuffer buffer, ImportJob job, in PriceRow row)
    {
        if (!ReferenceEquals(row.Series, _lastSeries.Identity))
        {
            if (!_series.TryGetValue(row.Series, out var no)) return false;
            _lastSeries = (row.Series, no);
        }
        var (series, year, vintage) = (_lastSeries.No, row.Date.Year, row.Vintage ?? _vintage);
        if (_lastYear?.Is(series, year, vintage) is not true)
        {
            if (!_held.TryGetValue((series, year, vintage), out _lastYear))
            {
                _held.Add((series, year, vintage), _lastYear = new HeldYear(series, (short)year, vintage));
                HeldBytes += HeldYear.BytesOfHead;
            }
        }
        _lastYear!.Add(row.Date, row.Value);
        HeldBytes += HeldYear.BytesOfPrice;
        return true;
    }

    public async Task LearnAsync(ImportJob job, PriceRow row, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        _series[row.Series] = (await SeriesRegistry.ResolveAsync(connection, row.Series, cancellationToken)).No;
    }

    public Task<string> CompleteBatchAsync(NpgsqlConnection connection, BinaryCopyBuffer buffer, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        foreach (var year in _held.Values) year.Write(buffer, ++_seq);
        Forget();
        return Task.FromResult(staging);
    }

    /// <summary>A file that brings years which nobody has yet, the bulk of what is ever imported, is stored as it was read.</summary>
    public async Task<MergeOutcome?> StoreAsync(NpgsqlTransaction transaction, ImportJob job, long accepted, CancellationToken cancellationToken)
    {
        if (_held.Keys.DistinctBy(k => (k.Series, k.Year)).Count() < _held.Count) return null; // two vintages of a year
        var connection = transaction.Connection!;
        if (await ObservationMerge.BeginNewYearsAsync(connection, [.. _held.Keys.Select(k => (k.Series, (short)k.Year))], cancellationToken) is not { } batch) return null;
        _stored.Clear();
        var added = 0L;
        foreach (var year in _held.Values) added += year.WriteStored(_stored, batch);
        await using (var copy = await connection.BeginRawBinaryCopyAsync($"COPY {ObservationMerge.Years} FROM STDIN (FORMAT binary)", cancellationToken))
            await copy.WriteAsync(_stored.Finish(), cancellationToken);
        await signals.AnnounceAsync(transaction, [.. _held.Keys.Select(k => k.Series).Distinct()], cancellationToken);
        Forget();
        return new MergeOutcome(added, 0, accepted - added);
    }

    public async Task<MergeOutcome> MergeAsync(
        NpgsqlTransaction transaction, ImportJob job, string staging, long accepted, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var series = await SeriesInAsync(connection, staging, cancellationToken);
        var outcome = await ObservationMerge.RunAsync(connection, staging, accepted, cancellationToken);
        await signals.AnnounceAsync(transaction, series, cancellationToken);
        return outcome;
    }

    public void Merged() => outbox.Committed();

    private void Forget()
    {
        _held.Clear();
        _lastYear = null;
        HeldBytes = 0;
    }

    private static async Task<List<int>> SeriesInAsync(NpgsqlConnection connection, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT DISTINCT series_no FROM {staging}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var series = new List<int>();
        while (await reader.ReadAsync(cancellationToken)) series.Add(reader.GetInt32(0));
        return series;
    }
}
