namespace Chokepoint.Contracts;

/// <summary>
/// A clause will change its state on a day that lies 30, 7 or 1 days ahead. Published by ExportControls, once for each boundary and lead
/// time; nothing has changed yet, and until then the boundary may still move.
/// </summary>
public sealed record ControlBoundaryApproaching : IPlatformEvent
{
    public required Guid EventId { get; init; }

    /// <summary>Of the clause, as its last <see cref="ControlStateChanged"/> had it: this event counts no version of its own.</summary>
    public required long Version { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required Guid NoticeId { get; init; }

    /// <inheritdoc cref="ControlStateChanged.Issuer"/>
    public required string Issuer { get; init; }

    public required string DocumentNumber { get; init; }
    public required string Title { get; init; }
    public required string Clause { get; init; }
    public required Measure Measure { get; init; }

    /// <summary>Slugs, groups resolved to their members.</summary>
    public required IReadOnlyList<string> Minerals { get; init; }

    /// <summary>ISO 3166-1 alpha-3 codes or <c>EU27</c>; null means every destination.</summary>
    public IReadOnlyList<string>? Destinations { get; init; }

    public required IReadOnlyList<string> ExcludedDestinations { get; init; }
    public EndUse? EndUse { get; init; }

    /// <summary>First day of the next status, in the issuer's time zone.</summary>
    public required DateOnly On { get; init; }

    /// <summary>The instant at which that day begins.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>30, 7 or 1: the lead time that this event was due at.</summary>
    public required int LeadDays { get; init; }

    /// <summary>Days from today to <see cref="On"/>: fewer than <see cref="LeadDays"/> where the platform was off when it was due.</summary>
    public required int DaysLeft { get; init; }

    /// <summary>What the clause is today.</summary>
    public required ControlStatus Status { get; init; }

    /// <summary>What it becomes.</summary>
    public required ControlStatus NextStatus { get; init; }

    public required StatusBasis Basis { get; init; }
    public required Confidence Confidence { get; init; }
    public required IReadOnlyList<SourceReference> Sources { get; init; }
}
