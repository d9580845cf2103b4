using System.Text.Json.Serialization;

namespace Chokepoint.Imports;

/// <summary>Where an import stands (API.md). The last four are final.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImportState>))]
public enum ImportState
{
    [JsonStringEnumMemberName("queued")] Queued,
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("completed")] Completed,

    /// <summary>The file as a whole is not what it says it is; nothing of it was stored.</summary>
    [JsonStringEnumMemberName("rejected")] Rejected,

    [JsonStringEnumMemberName("cancelled")] Cancelled,

    /// <summary>Given up after several attempts; nothing of it was stored.</summary>
    [JsonStringEnumMemberName("failed")] Failed,
}

/// <summary>Why a file was refused or an import given up: the members of a problem document that make sense without a request.</summary>
/// <param name="Type">Stable, such as <c>/problems/import-not-the-format</c>.</param>
public sealed record ImportProblem(string Type, string Title, string Detail);

/// <summary>An accepted file and how far it has come: a row of <c>import_jobs</c>.</summary>
public sealed class ImportJob
{
    /// <summary>Order of acceptance, and with it the version of every row of the file: a later file supersedes an earlier one.</summary>
    public long No { get; init; }

    public Guid Id { get; init; }
    public required string Format { get; init; }

    /// <summary>What else the request said about the file, such as a column mapping; JSON, null when nothing.</summary>
    public string? Options { get; init; }

    public ImportState State { get; init; }

    /// <summary>The body's size in bytes and its SHA-256.</summary>
    public long ByteCount { get; init; }

    public required byte[] Sha256 { get; init; }

    /// <summary>Rows read so far; after a kill the import goes on behind this row.</summary>
    public long RowsRead { get; init; }

    public long RowsAccepted { get; init; }
    public long RowsRejected { get; init; }

    /// <summary>Bytes of the body consumed so far.</summary>
    public long BytesRead { get; init; }

    /// <summary>What the merge did with the accepted rows; null before it.</summary>
    public long? RowsNew { get; init; }

    public long? RowsRevised { get; init; }
    public long? RowsUnchanged { get; init; }

    public DateTimeOffset SubmittedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>By the database's clock; a job whose lease ran out belongs to nobody.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>Fencing token: a worker whose attempt is no longer this one has lost the job.</summary>
    public int Attempt { get; init; }

    public bool CancelRequested { get; init; }

    /// <summary>An <see cref="ImportProblem"/> as JSON.</summary>
    public string? Error { get; init; }
}

/// <summary>A piece of a spooled body, in order.</summary>
internal sealed class ImportChunk
{
    public long JobNo { get; init; }
    public int Seq { get; init; }
    public required byte[] Body { get; init; }
}

/// <summary>A row that was not taken, with its line (counting the header as line 1) and the reason.</summary>
internal sealed class ImportReject
{
    public long JobNo { get; init; }

    /// <summary>Counts the job's rejects from 1: one line of a sheet may hold several.</summary>
    public long No { get; init; }

    public long Line { get; init; }
    public required string Reason { get; init; }
}
