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
    private readonly List<short> _newYears = [];
    private short _source;
    private short _lastYear;
    private bool _isOfOneYear;
    private bool _isReconciled;

    public IReadOnlyList<string> StagedColumns(ImportJob job) => FlowEncoding.Columns(IsReconciled(job));

    public async Task BeginAsync(ImportJob job, CancellationToken cancellationToken)
    {
        var source = FlowSource.Of(job);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        _source = await FlowTables.SourceAsync(connection, source.Name, source.Rank, cancellationToken);
        await FlowTables.EnsureSourceAsync(database, _source, cancellationToken);
        _isReconciled = IsReconciled(job);
        _lastYear = 0;
        _isOfOneYear = true;
        _years.Clear();
        _newYears.Clear();
    }

    /// <summary>What is the same in every row of a file is not sent with each: it is the staging table's default.</summary>
    public async Task PrepareAsync(NpgsqlConnection connection, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            CREATE TABLE IF NOT EXISTS {staging} (LIKE flows) PARTITION BY LIST (year);
            ALTER TABLE {staging} ALTER COLUMN source SET DEFAULT {_source}, ALTER COLUMN import_no SET DEFAULT {job.No},
                ALTER COLUMN first_import_no SET DEFAULT {job.No}, ALTER COLUMN direction SET DEFAULT {(short)FlowDirection.Import},
                ALTER COLUMN breakdown SET DEFAULT '', ALTER COLUMN estimated SET DEFAULT false,
                ALTER COLUMN classification SET DEFAULT {(_isReconciled ? BaciFormat.ClassificationOf(job.Options) : 0)};
            """, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public bool TryEncode(BinaryCopyBuffer buffer, ImportJob job, in FlowRow row)
    {
        if (row.Year != _lastYear)
        {
            if (_years.Add(row.Year)) _newYears.Add(row.Year);
            _isOfOneYear &= buffer.Rows == 0;
            _lastYear = row.Year;
        }
        FlowEncoding.Write(buffer, row, _isReconciled);
        return true;
    }

    /// <summary>
    /// Each year has a table of its own, so that a year nobody has yet can become a part of the flows as it is. A batch of one year is
    /// copied straight into its table: finding each row's costs a fifth of the copying.
    /// </summary>
    public async Task<string> CompleteBatchAsync(
        NpgsqlConnection connection, BinaryCopyBuffer buffer, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        foreach (var year in _newYears) await FlowTables.StageYearAsync(connection, _source, year, staging, cancellationToken);
        _newYears.Clear();
        var table = _isOfOneYear && buffer.Rows > 0 ? FlowTables.StagedPart(staging, _lastYear) : staging;
        _isOfOneYear = true;
        return table;
    }

    public async Task<MergeOutcome> MergeAsync(
        NpgsqlTransaction transaction, ImportJob job, string staging, long accepted, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        await FlowMerge.BeginAsync(connection, _source, cancellationToken);
        var (added, revised) = (accepted, 0L);
        var years = await FlowTables.StagedYearsAsync(connection, staging, cancellationToken);
        if (job.Format == "csv")
        {
            foreach (var year in years) added -= await FlowMerge.AddUpPartsAsync(connection, staging, year, cancellationToken);
        }
        if (!_isReconciled) await FlowMerge.CoverAsync(connection, _source, staging, ComtradeV1Format.AskedCodesOf(job), cancellationToken);
        foreach (var year in years)
        {
            if (await FlowTables.HasYearAsync(connection, _source, year, cancellationToken))
            {
                var merged = await FlowMerge.IntoYearAsync(connection, _source, year, staging, cancellationToken);
                (added, revised) = (added - merged.Staged + merged.New, revised + merged.Revised);
            }
            else
            {
                added -= await FlowMerge.AsYearAsync(transaction, _source, year, staging, _isReconciled, cancellationToken);
            }
        }
        await profiles.AnnounceAsync(transaction, cancellationToken);
        return new MergeOutcome(added, revised, accepted - added - revised);
    }

    public void Merged() => outbox.Committed();

    private static bool IsReconciled(ImportJob job) => job.Format == "baci";
}
