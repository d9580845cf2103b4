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

/// <summary>The newest version known of a price series' signal or of a supply profile, as its last event told it.</summary>
internal sealed class SignalRow
{
    /// <summary><c>price</c> or <c>supply</c>.</summary>
    public required string Kind { get; set; }

    /// <summary>The series' id; or importer, mineral, stage and period.</summary>
    public required string Key { get; set; }

    public long Version { get; set; }
    public required string Event { get; set; }
    public ulong TransactionId { get; set; }
}

/// <summary>Every version of every signal, whatever order they came in.</summary>
internal sealed class SignalVersionRow
{
    public required string Kind { get; set; }
    public required string Key { get; set; }
    public long Version { get; set; }
    public required string Mineral { get; set; }

    /// <summary>Null for a price, which is everybody's.</summary>
    public string? Importer { get; set; }

    /// <summary>The last day it is about.</summary>
    public DateOnly AsOf { get; set; }

    public DateTimeOffset OccurredAt { get; set; }
    public DateTimeOffset ReceivedAt { get; set; }
    public required string Event { get; set; }
    public ulong TransactionId { get; set; }
}

/// <summary>A pair to be scored again. Asked for twice, it is one row: the pair is scored once, from the newest inputs.</summary>
internal sealed class WorkRow
{
    public required string Economy { get; set; }
    public required string Mineral { get; set; }

    /// <summary>When the earliest of its causes happened, for the measure of notice to score; null without an event.</summary>
    public DateTimeOffset? OccurredAt { get; set; }

    /// <summary>True while every cause is history that ships with the platform.</summary>
    public bool Silent { get; set; }

    /// <summary>W3C trace context of the latest cause.</summary>
    public string? Traceparent { get; set; }

    /// <summary>How many asked since the pair was last scored: many is a burst.</summary>
    public int Asked { get; set; }

    public DateTimeOffset RequestedAt { get; set; }
}

/// <summary>A score as it was made, with everything it was made of; never changed.</summary>
internal sealed class RevisionRow
{
    /// <summary>In the order of commits, for a stream to resume from.</summary>
    public long Id { get; set; }

    /// <summary>The transaction that wrote it, as <see cref="Seen"/> would name it.</summary>
    public ulong TransactionId { get; set; }

    public required string Economy { get; set; }
    public required string Mineral { get; set; }
    public long Version { get; set; }
    public DateTimeOffset AsOf { get; set; }
    public DateTimeOffset CommittedAt { get; set; }
    public double? Score { get; set; }
    public string? Level { get; set; }
    public required string State { get; set; }
    public required string Method { get; set; }

    /// <summary>The answer of <c>GET /scores/{economy}/{mineral}</c>, byte for byte.</summary>
    public required string Document { get; set; }

    /// <summary>The snapshot of this database that its inputs were read in (<c>pg_snapshot</c>): what a replay has to know by then.</summary>
    public string? Seen { get; set; }
}

/// <summary>The newest revision of a pair, with what the next one is compared against.</summary>
internal sealed class CurrentScoreRow
{
    public required string Economy { get; set; }
    public required string Mineral { get; set; }
    public long Version { get; set; }
    public DateTimeOffset AsOf { get; set; }
    public string? Stage { get; set; }
    public double? Score { get; set; }
    public double? Low { get; set; }
    public double? High { get; set; }
    public string? Level { get; set; }
    public required string State { get; set; }
    public string? Basis { get; set; }
    public double Coverage { get; set; }
    public double? Structure { get; set; }
    public double? ControlsFactor { get; set; }
    public double? Trade { get; set; }
    public double? Market { get; set; }

    /// <summary>Hash of everything the answer's words depend on: equal means nothing changed.</summary>
    public required string Fingerprint { get; set; }

    /// <summary>The clauses that bore on the pair, as <c>ControlMark</c>s.</summary>
    public required string Controls { get; set; }

    /// <summary>The prices and flows that it was made with, as <c>SignalMark</c>s.</summary>
    public required string Signals { get; set; }

    /// <summary>The edition of the reference figures it was made with.</summary>
    public required string Figures { get; set; }
}

/// <summary>A figure that an operator imported, as the columns of <c>FigureTable</c>; never changed, so that every edition stays.</summary>
internal sealed class FigureRow
{
    public long ImportNo { get; set; }

    /// <summary>In the order of the file.</summary>
    public int RowNo { get; set; }

    public required string Kind { get; set; }
    public string? Mineral { get; set; }
    public string? Stage { get; set; }
    public string? Form { get; set; }
    public string? Economy { get; set; }
    public string? Counterpart { get; set; }
    public double? Value { get; set; }
    public double? Low { get; set; }
    public double? High { get; set; }
    public required string Unit { get; set; }
    public string? Operator { get; set; }
    public int Year { get; set; }
    public required string Vintage { get; set; }
    public required string Source { get; set; }
    public string? Note { get; set; }
}

/// <summary>One row: with which figures and method the scores here were made, and up to when passing days were looked at.</summary>
internal sealed class ScoringStateRow
{
    public int Id { get; set; }
    public required string Method { get; set; }
    public required string Figures { get; set; }
    public DateTimeOffset DaysSeenThrough { get; set; }
}
