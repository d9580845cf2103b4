using System.Runtime.InteropServices;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Polling;
using Npgsql;

namespace Chokepoint.Imports;

/// <summary>A file that a feed fetched.</summary>
/// <param name="Key">What the feed calls it, the same for every later state of it: what it is remembered by.</param>
/// <param name="Format">The format that its import reads it by.</param>
/// <param name="Options">As the query beside an uploaded file would say them; JSON, null when nothing.</param>
public sealed record FetchedFile(string Key, string Format, string? Options = null);

/// <summary>Hands the files that a poller fetched to the import queue, as if they had been uploaded, and waits for what became of them.</summary>
public sealed class FetchedFiles(ImportSpool spool, NpgsqlDataSource database, ImportOptions options, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private readonly ImportStore _store = new(database);

    /// <summary>
    /// Imports the answer and then makes the turn's progress last. It is news of the source when rows were new or revised, and then
    /// the same file again is not imported again. A turn that ends before that fetches and imports the file once more, which changes nothing.
    /// </summary>
    /// <param name="cursor">Where the next turn begins once this is imported.</param>
    /// <returns>The import; null for a file that was news before.</returns>
    /// <exception cref="PollException">
    /// The import refused the file, took no row of it, failed, or was cancelled. The next turn asks for the whole file, whatever the source says of change.
    /// </exception>
    public async Task<ImportJob?> TakeAsync(
        PollTurn turn, PollResponse answer, FetchedFile file, string? cursor, CancellationToken cancellationToken)
    {
        var seen = SeenDocument.Of(file.Key, answer.Body.Span);
        if ((await turn.UnseenAsync([seen], cancellationToken)).Count is 0)
        {
            await turn.AdvanceAsync(cursor, [], cancellationToken);
            return null;
        }
        try
        {
            var job = await ImportAsync(answer, file, cancellationToken);
            await turn.AdvanceAsync(cursor, job is { RowsNew: > 0 } or { RowsRevised: > 0 } ? [seen] : [], cancellationToken);
            return job;
        }
        catch (PollException)
        {
            turn.IsPart(answer); // nothing of it is stored: its validators must not be remembered by another file's progress
            throw;
        }
    }

    private async Task<ImportJob> ImportAsync(PollResponse answer, FetchedFile file, CancellationToken cancellationToken)
    {
        var job = await spool.AcceptAsync(StreamOf(answer.Body), file.Format, file.Options, options.MaxBytes, cancellationToken);
        do
        {
            await Task.Delay(Look, time, cancellationToken);
            job = await _store.FindAsync(job.Id, cancellationToken) ?? throw new InvalidOperationException($"The import {job.Id} is gone.");
        }
        while (job.State is ImportState.Queued or ImportState.Running);

        return job switch
        {
            { State: ImportState.Rejected } => throw answer.LayoutChanged(Detail(job)),
            { State: ImportState.Failed } => throw new PollException(PollFailure.Internal, $"{file.Key} was fetched and could not be imported. {Detail(job)}"),
            { State: ImportState.Cancelled } => throw new PollException(PollFailure.Internal, $"{file.Key} was fetched and its import was cancelled."),
            _ => job,
        };
    }

    private static string Detail(ImportJob job) =>
        job.Error is null ? "" : JsonSerializer.Deserialize<ImportProblem>(job.Error, EventJson.Options)!.Detail;

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> body) => MemoryMarshal.TryGetArray(body, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(body.ToArray(), writable: false);
}
