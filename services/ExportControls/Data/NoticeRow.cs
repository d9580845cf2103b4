using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Data;

/// <summary>A notice as known now. Its earlier wordings are <see cref="NoticeRevisionRow"/>.</summary>
internal sealed class NoticeRow
{
    public required Guid Id { get; init; }

    /// <summary>With <see cref="DocumentNumber"/> the key of a notice in the world.</summary>
    public required string Issuer { get; init; }

    public required string DocumentNumber { get; init; }

    /// <summary>
    /// The number of its <see cref="NoticeKey"/>: one for all spellings. Null of a <see cref="DuplicateOf"/>, and until
    /// <see cref="NumberKeys"/> has been there.
    /// </summary>
    public string? NumberKey { get; set; }

    /// <summary>The notice of the same number in another spelling, where both were recorded before spellings were compared.</summary>
    public Guid? DuplicateOf { get; init; }

    public required DateOnly AnnouncedOn { get; set; }

    // Of its first wording: see NoticeRevisionRow.
    public DateTimeOffset? KnownFrom { get; init; }
    public DateOnly? KnownDay { get; init; }

    /// <summary>
    /// The latest that anything of it became known: a wording of its own, or of a notice that acts or ever acted on it. As known from
    /// then on it is what it is now. Null where that has not been established.
    /// </summary>
    public DateTimeOffset? SettledFrom { get; set; }

    /// <summary>The same as a day, each in its issuer's zone.</summary>
    public DateOnly? SettledDay { get; set; }

    public required NoticeDocument Document { get; set; }

    /// <summary>Counts the wordings, from 1.</summary>
    public required int Revision { get; set; }

    public required NoticeOrigin Origin { get; set; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public List<ClauseRow> Clauses { get; init; } = [];

    /// <summary>Something of it became known: takes it down for the notice and its loaded clauses.</summary>
    public void Settle(DateTimeOffset knownFrom, DateOnly knownDay)
    {
        if (KnownFrom is null) return; // recorded by a release that did not take it down: not established, and put together from the wordings
        SettledFrom = SettledFrom > knownFrom ? SettledFrom : knownFrom;
        SettledDay = SettledDay > knownDay ? SettledDay : knownDay;
        foreach (var clause in Clauses) (clause.SettledFrom, clause.SettledDay) = (SettledFrom, SettledDay);
    }
}

/// <summary>Who put a notice here. What an operator wrote is never overwritten by the facts that ship with the platform.</summary>
internal enum NoticeOrigin
{
    Operator,
    BuiltIn,
}

/// <summary>A wording of a notice, kept when it is corrected: answers as of an earlier knowledge are given from these.</summary>
internal sealed class NoticeRevisionRow
{
    public required Guid NoticeId { get; init; }
    public required int Revision { get; init; }

    /// <summary>
    /// From when this wording could be known: the first from the day it was announced, a correction from the instant it was recorded.
    /// </summary>
    public required DateTimeOffset KnownFrom { get; init; }

    /// <summary>The day of that instant for the issuer.</summary>
    public required DateOnly KnownDay { get; init; }

    public required NoticeDocument Document { get; init; }
}

/// <summary>An edition of the shipped notices that has been loaded whole.</summary>
internal sealed class RegistryEditionRow
{
    public required string ContentHash { get; init; }
    public required DateOnly AsOf { get; init; }
    public required int Notices { get; init; }
    public required DateTimeOffset LoadedAt { get; init; }
}
