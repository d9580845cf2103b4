using System.Text.Json.Serialization;

namespace Chokepoint.Contracts;

/// <summary>What a clause does to trade (API.md). The last three are not legal measures and are kept apart in answers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Measure>))]
public enum Measure
{
    [JsonStringEnumMemberName("prohibition")] Prohibition,
    [JsonStringEnumMemberName("suspension")] Suspension,
    [JsonStringEnumMemberName("quota")] Quota,
    [JsonStringEnumMemberName("tax")] Tax,
    [JsonStringEnumMemberName("minimum-price")] MinimumPrice,
    [JsonStringEnumMemberName("licensing")] Licensing,
    [JsonStringEnumMemberName("state-trading")] StateTrading,
    [JsonStringEnumMemberName("technology")] Technology,
    [JsonStringEnumMemberName("customs-blockage")] CustomsBlockage,
    [JsonStringEnumMemberName("entity-listing")] EntityListing,
    [JsonStringEnumMemberName("statement")] Statement,
}

/// <summary>What a clause is on a given day. Kept apart: a suspension before effect never acted, a withdrawn clause never will.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ControlStatus>))]
public enum ControlStatus
{
    [JsonStringEnumMemberName("announced")] Announced,
    [JsonStringEnumMemberName("in_force")] InForce,
    [JsonStringEnumMemberName("suspended_before_effect")] SuspendedBeforeEffect,
    [JsonStringEnumMemberName("suspended")] Suspended,
    [JsonStringEnumMemberName("expired")] Expired,
    [JsonStringEnumMemberName("superseded")] Superseded,
    [JsonStringEnumMemberName("withdrawn")] Withdrawn,
}

/// <summary>Whether a document states a status, or only a schedule in one implies it (and may have been extended since).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StatusBasis>))]
public enum StatusBasis
{
    [JsonStringEnumMemberName("notice")] Notice,
    [JsonStringEnumMemberName("schedule")] Schedule,
}

/// <summary><c>unconfirmed</c>: one secondary source only; its severity counts half (METHOD.md section 3).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Confidence>))]
public enum Confidence
{
    [JsonStringEnumMemberName("confirmed")] Confirmed,
    [JsonStringEnumMemberName("unconfirmed")] Unconfirmed,
}

/// <summary>The segment of demand that a clause with an end use acts on; none means all of it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EndUse>))]
public enum EndUse
{
    [JsonStringEnumMemberName("military")] Military,
    [JsonStringEnumMemberName("civil")] Civil,
}

/// <summary>Where in a mineral's chain: mine, refinery and part are different chokepoints.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Stage>))]
public enum Stage
{
    [JsonStringEnumMemberName("extraction")] Extraction,
    [JsonStringEnumMemberName("processing")] Processing,
    [JsonStringEnumMemberName("component")] Component,
}

/// <summary>A document that a fact was read in. <paramref name="Kind"/> is <c>primary</c> (the issuer's own) or <c>secondary</c>.</summary>
public sealed record SourceReference(string Url, string Kind);

/// <summary>
/// A quota's volume per year and the year's trade before it, both in <paramref name="Unit"/>; severity is 1 − volume/baseline
/// where both are known.
/// </summary>
/// <param name="Periods">What may leave in each stretch of days, where the document says; null where it gives a year's volume alone.</param>
public sealed record QuotaTerms(double Volume, double? Baseline, string Unit, IReadOnlyList<QuotaPeriod>? Periods = null);

/// <summary>What may leave from a day to another, both inclusive, in the quota's unit.</summary>
public sealed record QuotaPeriod(DateOnly From, DateOnly Until, double Volume);

/// <summary>
/// A rule on goods made abroad: those that hold the issuer's minerals from a share of their value on, or are made with its technology.
/// </summary>
/// <param name="MinimumContentPercent">0..100 % of the good's value; null where the document names no share.</param>
/// <param name="Technology">Goods made with the issuer's technology too.</param>
public sealed record ExtraterritorialRule(double? MinimumContentPercent, bool Technology);

/// <summary>
/// One stretch of days with one status, days in the issuer's time zone; <paramref name="Until"/> is inclusive, null is open.
/// </summary>
public sealed record ControlInterval(DateOnly From, DateOnly? Until, ControlStatus Status, StatusBasis Basis);

/// <summary>
/// A clause of a control notice changed its state, or first became known. Published by ExportControls; the aggregate is the clause.
/// </summary>
public sealed record ControlStateChanged : IPlatformEvent
{
    public required Guid EventId { get; init; }
    public required long Version { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    public required Guid NoticeId { get; init; }
    /// <summary>ISO 3166-1 alpha-3 or <c>EU27</c>; its capital's time zone is that of every day here.</summary>
    public required string Issuer { get; init; }

    public required string DocumentNumber { get; init; }
    public required string Title { get; init; }
    public required string Clause { get; init; }
    public required Measure Measure { get; init; }

    /// <summary>Slugs, groups resolved to their members.</summary>
    public required IReadOnlyList<string> Minerals { get; init; }

    /// <summary>As the clause says, else as its HS codes say; empty when neither does, which means every stage.</summary>
    public required IReadOnlyList<Stage> Stages { get; init; }

    /// <summary>Six to ten digits without dots: six are the Harmonized System's, more the issuer's own.</summary>
    public required IReadOnlyList<string> HsCodes { get; init; }

    /// <summary>ISO 3166-1 alpha-3 codes or <c>EU27</c>; null means every destination.</summary>
    public IReadOnlyList<string>? Destinations { get; init; }

    public required IReadOnlyList<string> ExcludedDestinations { get; init; }
    public EndUse? EndUse { get; init; }
    public QuotaTerms? Quota { get; init; }

    /// <summary>Set where the clause acts on goods made abroad, not on what leaves the issuer.</summary>
    public ExtraterritorialRule? Extraterritorial { get; init; }

    /// <summary>Null when the clause was not known before.</summary>
    public ControlStatus? PreviousStatus { get; init; }

    public required ControlStatus Status { get; init; }

    /// <summary>First day of <see cref="Status"/>, in the issuer's time zone.</summary>
    public required DateOnly StateSince { get; init; }

    public required StatusBasis Basis { get; init; }

    /// <summary>First day on which the clause acts by its own document, in the issuer's time zone; a suspension may still lie over it.</summary>
    public required DateOnly EffectiveFrom { get; init; }

    /// <summary>Last day on which it acts, later actions counted; null is open.</summary>
    public DateOnly? EffectiveUntil { get; init; }

    /// <summary>Every status of the clause from its announcement on, as known now, in order and without gaps.</summary>
    public required IReadOnlyList<ControlInterval> Schedule { get; init; }

    public required Confidence Confidence { get; init; }
    public required IReadOnlyList<SourceReference> Sources { get; init; }

    /// <summary>History that ships with the platform is applied but not announced to subscribers.</summary>
    public bool Silent { get; init; }
}
