using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Data;

/// <summary>A clause with its scope resolved, its schedule as known now, and the state that was last announced. The aggregate of the events.</summary>
internal sealed class ClauseRow
{
    public required Guid Id { get; init; }
    public required Guid NoticeId { get; init; }

    // Of the notice, repeated here because every question about clauses filters and sorts by them.
    public required string Issuer { get; init; }
    public required string DocumentNumber { get; init; }

    public required string Number { get; init; }

    /// <summary>Position in the notice.</summary>
    public required int Ordinal { get; set; }

    public required Measure Measure { get; set; }

    /// <summary>Slugs, groups resolved.</summary>
    public required string[] Minerals { get; set; }

    public required string[]? Destinations { get; set; }
    public required string[] ExcludedDestinations { get; set; }

    // What a list of clauses shows of each, so that it reads no documents.
    public EndUse? EndUse { get; set; }
    public QuotaTerms? Quota { get; set; }
    public ExtraterritorialRule? Extraterritorial { get; set; }
    public DateOnly EffectiveFrom { get; set; }
    public Confidence Confidence { get; set; }
    public IReadOnlyList<SourceReference> Sources { get; set; } = [];
    public IReadOnlyList<DateClaim> DateClaims { get; set; } = [];

    /// <summary>Last day as known now, extensions included.</summary>
    public DateOnly? EffectiveUntil { get; set; }

    // Of the notice, repeated here.
    public DateTimeOffset? SettledFrom { get; set; }
    public DateOnly? SettledDay { get; set; }

    /// <summary>A correction took this clause out of its notice. The row stays so that versions go on counting if it comes back.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Of the last event; 0 before the first.</summary>
    public long Version { get; set; }

    /// <summary>The state last announced; null before the first.</summary>
    public ControlStatus? Status { get; set; }

    public DateOnly StateSince { get; set; }

    /// <summary>SHA-256 of what the last event said, to see whether a change gives anything new to say.</summary>
    public byte[]? AnnouncedContent { get; set; }

    /// <summary>When the next state begins; null when none is scheduled. The clock looks for the earliest.</summary>
    public DateTimeOffset? NextBoundaryAt { get; set; }

    /// <summary>Which boundaries are told ahead, and which have been.</summary>
    public IReadOnlyList<Reminder> Reminders { get; set; } = [];

    /// <summary>When the next of <see cref="Reminders"/> is due; null when none is.</summary>
    public DateTimeOffset? NextReminderAt { get; set; }

    public List<IntervalRow> Schedule { get; init; } = [];
    public NoticeRow Notice { get; init; } = null!;

    public List<ControlInterval> ScheduleAsKnown() =>
        [.. Schedule.OrderBy(i => i.From).Select(i => i.AsKnown())];
}

/// <summary>One stretch of a clause's schedule: its days, and the instants at which they begin and end in the issuer's zone.</summary>
internal sealed class IntervalRow
{
    public Guid ClauseId { get; init; }
    public required DateOnly From { get; init; }
    public required DateOnly? Until { get; set; }
    public required ControlStatus Status { get; set; }
    public required StatusBasis Basis { get; set; }
    public required DateTimeOffset StartsAt { get; init; }
    public required DateTimeOffset? EndsAt { get; set; }

    public ControlInterval AsKnown() => new(From, Until, Status, Basis);
}

/// <summary>An action with its target resolved to one clause; an action on a whole notice is a row for each clause.</summary>
internal sealed class ActionRow
{
    public required Guid Id { get; init; }

    /// <summary>The notice that acts.</summary>
    public required Guid NoticeId { get; init; }

    public required Guid TargetClauseId { get; init; }
    public required ActionKind Kind { get; init; }
    public required DateOnly From { get; init; }
    public required DateOnly? Until { get; init; }
}
