using System.Text.Json.Serialization;
using Chokepoint.Contracts;

namespace Chokepoint.ExportControls.Domain;

/// <summary>
/// A control notice as published: who announced what, clause by clause, and what it does to clauses of other notices. Already
/// checked; <see cref="CanonicalContent"/> says when two are the same notice.
/// </summary>
/// <param name="Notes">What the reader of the notice was not sure of.</param>
/// <param name="DateClaims">Of the day of its announcement, where sources differ on it.</param>
internal sealed record NoticeDocument(
    string Issuer,
    string? Authority,
    string DocumentNumber,
    string Title,
    string? Language,
    DateOnly AnnouncedOn,
    IReadOnlyList<SourceReference> Sources,
    Confidence Confidence,
    IReadOnlyList<ClauseDocument> Clauses,
    IReadOnlyList<ActionDocument> Actions,
    string? Notes = null,
    IReadOnlyList<DateClaim>? DateClaims = null);

/// <summary>One rule of a notice with its own scope and dates.</summary>
/// <param name="Minerals">Slugs and groups as the notice names them.</param>
/// <param name="Destinations">Null means every destination.</param>
/// <param name="EffectiveUntil">The last day on which it acts; null has no end.</param>
/// <param name="Stages">Null lets the HS codes say.</param>
/// <param name="Extraterritorial">Set where it acts on goods made abroad.</param>
/// <param name="DateClaims">Of its first and last day, where sources differ on them.</param>
internal sealed record ClauseDocument(
    string Number,
    Measure Measure,
    IReadOnlyList<string> Minerals,
    IReadOnlyList<ControlledItem> Items,
    IReadOnlyList<string>? Destinations,
    IReadOnlyList<string> ExcludedDestinations,
    EndUse? EndUse,
    DateOnly EffectiveFrom,
    DateOnly? EffectiveUntil,
    IReadOnlyList<Stage>? Stages,
    QuotaTerms? Quota,
    ExtraterritorialRule? Extraterritorial = null,
    IReadOnlyList<DateClaim>? DateClaims = null);

/// <summary>
/// A good that a clause names. The description decides what is controlled; HS codes are the issuer's own reference (6 to 10 digits).
/// </summary>
internal sealed record ControlledItem(string? ControlCode, IReadOnlyList<string> HsCodes, string? Description);

/// <summary>What a notice does to a clause of another notice, or of itself.</summary>
/// <param name="Until">Inclusive; null has no end.</param>
internal sealed record ActionDocument(ActionKind Action, ClauseTarget Target, DateOnly From, DateOnly? Until);

/// <summary>The clause an action acts on; a null <paramref name="Clause"/> is every clause of the notice.</summary>
internal sealed record ClauseTarget(string Issuer, string DocumentNumber, string? Clause);

[JsonConverter(typeof(JsonStringEnumConverter<ActionKind>))]
internal enum ActionKind
{
    /// <summary>The clause does not act from a day on, until a day or until it is resumed.</summary>
    [JsonStringEnumMemberName("suspend")] Suspend,

    /// <summary>Ends the suspension that runs on that day.</summary>
    [JsonStringEnumMemberName("resume")] Resume,

    /// <summary>The clause gives way to the acting notice's own clauses.</summary>
    [JsonStringEnumMemberName("amend")] Amend,

    /// <summary>Sets a later last day: of the suspension that runs on that day, where one does; else of the clause.</summary>
    [JsonStringEnumMemberName("extend")] Extend,

    /// <summary>The clause ends for good.</summary>
    [JsonStringEnumMemberName("repeal")] Repeal,
}
