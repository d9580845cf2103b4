namespace Chokepoint.RiskScoring.Data;

/// <summary>The newest version known of a clause, as its last event told it.</summary>
internal sealed class ClauseRow
{
    public Guid NoticeId { get; set; }
    public required string Clause { get; set; }
    public long Version { get; set; }
    public required string Event { get; set; }

    /// <summary>The transaction that wrote it: a reader takes what no earlier look of its can have seen.</summary>
    public ulong TransactionId { get; set; }
}

/// <summary>Every version of every clause, whatever order they came in: what was known when.</summary>
internal sealed class ClauseVersionRow
{
    public Guid NoticeId { get; set; }
    public required string Clause { get; set; }
    public long Version { get; set; }
    public DateTimeOffset OccurredAt { get; set; }
    public DateTimeOffset ReceivedAt { get; set; }
    public required string Event { get; set; }
    public ulong TransactionId { get; set; }
}
