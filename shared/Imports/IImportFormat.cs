using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Chokepoint.Imports;

/// <summary>Reads one upstream format row by row, holding no more than a row and a buffer in memory.</summary>
public interface IImportFormat<TRow>
{
    /// <summary>As in <c>?format=</c>: <c>comtrade-v1</c>.</summary>
    string Name { get; }

    /// <summary>Checks what the request said beside the file before it is accepted; null, or what is wrong by parameter.</summary>
    IReadOnlyDictionary<string, string[]>? ValidateOptions(string? options) => null;

    /// <summary>Looks at the start of the file.</summary>
    /// <exception cref="ImportRefusedException">It is not of this format.</exception>
    Task<IRowReader<TRow>> OpenAsync(Stream body, string? options, CancellationToken cancellationToken);
}

/// <summary>One pass over a file. Reading it twice gives the same rows in the same order, which a resumed import relies on.</summary>
public interface IRowReader<TRow> : IAsyncDisposable
{
    /// <summary>Line, counting the header as line 1, or record number, of the current row.</summary>
    long Line { get; }

    /// <exception cref="ImportRefusedException">The file turns out not to be what it says, or is damaged.</exception>
    ValueTask<bool> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The current row, or the reason why it is not taken.</summary>
    bool TryGet([MaybeNullWhen(false)] out TRow row, [NotNullWhen(false)] out string? reason);
}

/// <summary>Where accepted rows go: a staging table of the job's own, then the service's tables in one merge.</summary>
public interface IImportTarget<TRow>
{
    /// <summary>Bytes of the rows that <see cref="TryEncode"/> took and has not written yet.</summary>
    int HeldBytes => 0;

    /// <summary>Looks up what rows of this job need, before the first of them.</summary>
    Task BeginAsync(ImportJob job, CancellationToken cancellationToken);

    /// <summary>Columns of a staged row, in the order that <see cref="TryEncode"/> writes them.</summary>
    IReadOnlyList<string> StagedColumns(ImportJob job);

    /// <summary>Creates the staging table if this job has none.</summary>
    Task PrepareAsync(NpgsqlConnection connection, ImportJob job, string staging, CancellationToken cancellationToken);

    /// <summary>Writes a row or holds it back to write it with others; false, and nothing taken, when something must be learned first.</summary>
    bool TryEncode(BinaryCopyBuffer buffer, ImportJob job, in TRow row);

    /// <summary>Looks up, makes and keeps what <see cref="TryEncode"/> lacked for a row, on a connection of its own.</summary>
    Task LearnAsync(ImportJob job, TRow row, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes what is held back, and makes what the staging table lacks for the batch, which is sent next.</summary>
    /// <returns>The table that the batch is sent to: the staging table, or the part of it that all the batch's rows belong to.</returns>
    Task<string> CompleteBatchAsync(NpgsqlConnection connection, BinaryCopyBuffer buffer, ImportJob job, string staging, CancellationToken cancellationToken) =>
        Task.FromResult(staging);

    /// <summary>
    /// Stores the rows of a file of one batch that are all held back, without a staging table, as <see cref="MergeAsync"/> would; null, and
    /// nothing done, when they must be staged and merged.
    /// </summary>
    Task<MergeOutcome?> StoreAsync(NpgsqlTransaction transaction, ImportJob job, long accepted, CancellationToken cancellationToken) =>
        Task.FromResult<MergeOutcome?>(null);

    /// <summary>
    /// Merges the staged rows into the service's tables and publishes what changed, all in the transaction that also closes the job.
    /// </summary>
    /// <param name="accepted">Rows of the file that were staged.</param>
    Task<MergeOutcome> MergeAsync(NpgsqlTransaction transaction, ImportJob job, string staging, long accepted, CancellationToken cancellationToken);

    /// <summary>The merge has been committed.</summary>
    void Merged();
}

/// <summary>How many accepted rows were new, changed a stored one, or were known already.</summary>
public sealed record MergeOutcome(long New, long Revised, long Unchanged);
