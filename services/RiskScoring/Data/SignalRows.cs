namespace Chokepoint.RiskScoring.Data;

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
