namespace Chokepoint.RiskScoring.Data;

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
