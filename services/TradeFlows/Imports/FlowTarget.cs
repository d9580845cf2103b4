using System.Collections.Concurrent;
using Chokepoint.Imports;
using Chokepoint.Messaging.Outbox;
using Chokepoint.TradeFlows.Data;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Profiles;
using Npgsql;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>Stages rows as they will be stored, and merges them by their natural key; a later file's figures replace an earlier one's.</summary>
internal sealed class FlowTarget(NpgsqlDataSource database, ProfileAnnouncer profiles, IOutbox outbox) : IImportTarget<FlowRow>
{
    private readonly ConcurrentDictionary<string, short> _sources = new(StringComparer.Ordinal);

    public IReadOnlyList<string> StagedColumns => FlowTables.Columns;

    public async Task PrepareAsync(NpgsqlConnection connection, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        var source = FlowSource.Of(job);
        _sources[source.Name] = await FlowTables.SourceAsync(connection, source.Name, source.Rank, cancellationToken);
        await using var command = new NpgsqlCommand($"CREATE TABLE IF NOT EXISTS {staging} (LIKE flows)", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public bool TryEncode(BinaryCopyBuffer buffer, ImportJob job, in FlowRow row)
    {
        buffer.StartRow(16);
        buffer.Write(_sources[FlowSource.Of(job).Name]);
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
        buffer.Write((int)job.No);
        buffer.Write((int)job.No);
        return true;
    }

    public async Task<MergeOutcome> MergeAsync(
        NpgsqlTransaction transaction, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var source = _sources[FlowSource.Of(job).Name];
        foreach (var year in await YearsAsync(connection, staging, cancellationToken))
            await FlowTables.EnsurePartitionAsync(database, source, year, cancellationToken);
        var repeated = await FlowMerge.RejectRepeatedAsync(connection, job, staging, cancellationToken);
        var outcome = await FlowMerge.RunAsync(connection, source, staging, repeated, cancellationToken);
        await profiles.AnnounceAsync(transaction, cancellationToken);
        return outcome;
    }

    public void Merged() => outbox.Committed();

    private static async Task<List<short>> YearsAsync(NpgsqlConnection connection, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT DISTINCT year FROM {staging} ORDER BY year", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var years = new List<short>();
        while (await reader.ReadAsync(cancellationToken)) years.Add(reader.GetInt16(0));
        return years;
    }
}
