using Chokepoint.Contracts;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Domain;
using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.ExportControls.Notices;

/// <summary>A notice as answered: the document, and what each of its clauses is on the day asked about, today in the issuer's time zone if none is.</summary>
internal sealed record NoticeResource
{
    public required Guid Id { get; init; }
    public required string Issuer { get; init; }
    public string? Authority { get; init; }
    public required string DocumentNumber { get; init; }
    public required string Title { get; init; }
    public string? Language { get; init; }
    public required DateOnly AnnouncedOn { get; init; }
    public required Confidence Confidence { get; init; }
    public required IReadOnlyList<SourceReference> Sources { get; init; }
    public required IReadOnlyList<ClauseResource> Clauses { get; init; }
    public required IReadOnlyList<ActionDocument> Actions { get; init; }

    /// <summary>What the reader of the notice was not sure of.</summary>
    public string? Notes { get; init; }

    /// <summary>Where sources differ on the day of the announcement: which day each gives. Empty where they do not.</summary>
    public required IReadOnlyList<DateClaim> DateClaims { get; init; }

    /// <summary>True for a notice as it shipped with the platform, false for what an operator recorded or corrected.</summary>
    public required bool IsShipped { get; init; }

    /// <summary>The notice that bears the same number in another spelling, where both were recorded before spellings were compared.</summary>
    public Guid? DuplicateOf { get; init; }

    /// <summary>Counts the wordings of this notice, corrections and further sources included, from 1.</summary>
    public required int Revision { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What the write touched; only in the answer to one.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public Impact? Impact { get; init; }

    /// <param name="notice">With its clauses and their schedules loaded.</param>
    public static NoticeResource Of(NoticeRow notice, DateTimeOffset now, DateOnly? on = null) => Of(
        notice, notice.Document, notice.Revision,
        notice.Clauses.Where(c => !c.IsRemoved).OrderBy(c => c.Ordinal)
            .Select(c => (notice.Document.Clauses.Single(d => d.Number == c.Number), c.ScheduleAsKnown())),
        on ?? Economies.DayOf(notice.Issuer, now));

    /// <summary>In an earlier wording, with the schedules that were known then.</summary>
    public static NoticeResource AsKnown(NoticeRow notice, NoticeRevisionRow wording, KnownClauses known, DateTimeOffset now, DateOnly? on = null) => Of(
        notice, wording.Document, wording.Revision, known.Of(wording.Document).Select(c => (c.Clause, c.Schedule.ToList())),
        on ?? Economies.DayOf(notice.Issuer, now));

    private static NoticeResource Of(
        NoticeRow notice, NoticeDocument document, int revision,
        IEnumerable<(ClauseDocument Clause, List<ControlInterval> Schedule)> clauses, DateOnly day) => new()
    {
        Id = notice.Id,
        Issuer = notice.Issuer,
        Authority = document.Authority,
        DocumentNumber = notice.DocumentNumber,
        Title = document.Title,
        Language = document.Language,
        AnnouncedOn = document.AnnouncedOn,
        Confidence = document.Confidence,
        Sources = document.Sources,
        Clauses = [.. clauses.Select(c => ClauseResource.Of(c.Clause, c.Schedule, day))],
        Actions = document.Actions,
        Notes = document.Notes,
        DateClaims = document.DateClaims ?? [],
        IsShipped = notice.Origin is NoticeOrigin.BuiltIn,
        DuplicateOf = notice.DuplicateOf,
        Revision = revision,
        RecordedAt = notice.RecordedAt,
        UpdatedAt = notice.UpdatedAt,
    };

    /// <summary>Changes with the wording and with the state and the schedule of any clause, whether a writer or the clock moved it.</summary>
    public string ETag => ETags.Of(Revision, string.Join(' ', Clauses.Select(c =>
        $"{c.Number}:{c.Status}:{c.StateSince:O}:{string.Join(',', c.Schedule.Select(i => $"{i.From:O}/{i.Until:O}/{i.Status}/{i.Basis}"))}")));
}

/// <summary>A clause as its notice words it, with its state.</summary>
internal sealed record ClauseResource
{
    public required string Number { get; init; }
    public required Measure Measure { get; init; }

    /// <summary>False for customs blockages, entity listings and statements, which are recorded but are no legal measures on goods.</summary>
    public required bool IsLegalMeasure { get; init; }

    public required IReadOnlyList<string> Minerals { get; init; }
    public required IReadOnlyList<ControlledItem> Items { get; init; }
    public IReadOnlyList<string>? Destinations { get; init; }
    public required IReadOnlyList<string> ExcludedDestinations { get; init; }
    public EndUse? EndUse { get; init; }
    public required DateOnly EffectiveFrom { get; init; }

    /// <summary>As the clause itself says; a later day that an extension set shows in <see cref="Schedule"/>.</summary>
    public DateOnly? EffectiveUntil { get; init; }

    public IReadOnlyList<Stage>? Stages { get; init; }
    public QuotaTerms? Quota { get; init; }

    /// <summary>Set where it acts on goods made abroad.</summary>
    public ExtraterritorialRule? Extraterritorial { get; init; }

    /// <summary>Where sources differ on its first or last day: which day each gives. Empty where they do not.</summary>
    public required IReadOnlyList<DateClaim> DateClaims { get; init; }
    public required ControlStatus Status { get; init; }
    public required DateOnly StateSince { get; init; }
    public required StatusBasis Basis { get; init; }

    /// <summary>Every status from the announcement on, past and to come, as known now.</summary>
    public required IReadOnlyList<ControlInterval> Schedule { get; init; }

    public static ClauseResource Of(ClauseDocument clause, IReadOnlyList<ControlInterval> schedule, DateOnly day)
    {
        var state = ClauseSchedule.On(schedule, day);
        return new ClauseResource
        {
            Number = clause.Number,
            Measure = clause.Measure,
            IsLegalMeasure = ClauseScope.IsLegalMeasure(clause.Measure),
            Minerals = clause.Minerals,
            Items = clause.Items,
            Destinations = clause.Destinations,
            ExcludedDestinations = clause.ExcludedDestinations,
            EndUse = clause.EndUse,
            EffectiveFrom = clause.EffectiveFrom,
            EffectiveUntil = clause.EffectiveUntil,
            Stages = clause.Stages,
            Quota = clause.Quota,
            Extraterritorial = clause.Extraterritorial,
            DateClaims = clause.DateClaims ?? [],
            Status = state.Status,
            StateSince = state.From,
            Basis = state.Basis,
            Schedule = schedule,
        };
    }
}
