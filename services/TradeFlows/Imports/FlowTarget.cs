using Chokepoint.Imports;
using Chokepoint.Messaging.Outbox;
using Chokepoint.TradeFlows.Data;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Profiles;
using Npgsql;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>
/// Stages rows as they will be stored, year by year, and merges them by their natural key; a later file's figures replace an earlier
/// one's.
/// </summary>
/// <remarks>The worker carries out one job at a time, so what is kept here between calls is of that job.</remarks>
internal sealed class FlowTarget(NpgsqlDataSource database, ProfileAnnouncer profiles, IOutbox outbox) : IImportTarget<FlowRow>
{
    private readonly HashSet<short> _years = [];
    private short _source;
    private short _lastYear;

    public IReadOnlyList<string> StagedColumns => FlowTables.Columns;

    public async Task PrepareAsync(NpgsqlConnection connection, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        var source = FlowSource.Of(job);
        _source = await FlowTables.SourceAsync(connection, source.Name, source.Rank, cancellationToken);
        await FlowTables.EnsureSourceAsync(database, _source, cancellationToken);
        await using var command = new NpgsqlCommand($"CREATE TABLE IF NOT EXISTS {staging} (LIKE flows) PARTITION BY LIST (year)", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        _lastYear = 0;
        _years.Clear();
        _years.UnionWith(await FlowTables.StagedYearsAsync(connection, staging, cancellationToken));
    }

    public bool TryEncode(BinaryCopyBuffer buffer, ImportJob job, in FlowRow row)
    {
        if (row.Year != _lastYear)
        {
            if (!_years.Contains(row.Year)) return false;
            _lastYear = row.Year;
        }
        FlowTables.Encode(buffer, _source, row, (int)job.No);
        return true;
    }

    /// <summary>Each year has a table of its own, so that a year nobody has yet can become a part of the flows as it is.</summary>
    public async Task LearnAsync(ImportJob job, FlowRow row, string staging, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"CREATE TABLE IF NOT EXISTS {staging}_{row.Year} PARTITION OF {staging} FOR VALUES IN ({row.Year})");
        command.CommandTimeout = 0; // waits for the batch on its way
        await command.ExecuteNonQueryAsync(cancellationToken);
        _years.Add(row.Year);
    }

    public async Task<MergeOutcome> MergeAsync(
        NpgsqlTransaction transaction, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        await FlowMerge.BeginAsync(connection, _source, cancellationToken);
        var outcome = new MergeOutcome(0, 0, 0);
        foreach (var year in await FlowTables.StagedYearsAsync(connection, staging, cancellationToken))
        {
            var merged = await FlowTables.HasYearAsync(connection, _source, year, cancellationToken)
                ? await FlowMerge.IntoYearAsync(connection, $"{staging}_{year}", cancellationToken)
                : await FlowMerge.AsYearAsync(transaction, _source, year, staging, cancellationToken);
            outcome = new MergeOutcome(outcome.New + merged.New, outcome.Revised + merged.Revised, outcome.Unchanged + merged.Unchanged);
        }
        await profiles.AnnounceAsync(transaction, cancellationToken);
        return outcome;
    }

    public void Merged() => outbox.Committed();
}
