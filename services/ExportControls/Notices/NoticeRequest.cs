using System.ComponentModel.DataAnnotations;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Notices;

/// <summary>
/// A notice as a client writes it. Every member may be missing here, so that <see cref="NoticeRequestValidator"/> can name all that
/// are; <see cref="ToDocument"/> is for what passed it.
/// </summary>
internal sealed record NoticeRequest
{
    /// <summary>The economy that announced it: ISO 3166-1 alpha-3, or <c>EU27</c>.</summary>
    [Required] public string? Issuer { get; init; }

    /// <summary>The body that signed it, such as <c>MOFCOM</c>.</summary>
    public string? Authority { get; init; }

    /// <summary>The issuer's own number, such as <c>2024-46</c>: with the issuer it says which notice this is.</summary>
    [Required] public string? DocumentNumber { get; init; }

    [Required] public string? Title { get; init; }

    /// <summary>BCP 47 tag of the language it was read in.</summary>
    public string? Language { get; init; }

    /// <summary>The day it was announced, in the issuer's time zone, as every day in it.</summary>
    [Required] public DateOnly? AnnouncedOn { get; init; }

    public IReadOnlyList<SourceRequest>? Sources { get; init; }

    /// <summary><c>unconfirmed</c>: one secondary source only, which is also what a notice without this member and with one such source is.</summary>
    public Confidence? Confidence { get; init; }

    public IReadOnlyList<ClauseRequest>? Clauses { get; init; }
    public IReadOnlyList<ActionRequest>? Actions { get; init; }

    /// <summary>What the reader of the notice was not sure of.</summary>
    public string? Notes { get; init; }

    /// <summary>Where sources differ on <c>announcedOn</c>: which day each gives, that which is taken among them.</summary>
    public IReadOnlyList<DateClaimRequest>? DateClaims { get; init; }

    public NoticeDocument ToDocument()
    {
        SourceReference[] sources = [.. (Sources ?? []).Select(s => new SourceReference(s.Url!, s.Kind!)).Distinct()];
        return new NoticeDocument(
            Issuer!, Authority, DocumentNumber!, Title!, Language, AnnouncedOn!.Value, sources,
            Confidence ?? (sources is [{ Kind: "secondary" }] ? Contracts.Confidence.Unconfirmed : Contracts.Confidence.Confirmed),
            [.. (Clauses ?? []).Select(c => c.ToDocument())],
            [.. (Actions ?? []).Select(a => a.ToDocument())],
            Notes,
            DateClaimRequest.ToClaims(DateClaims));
    }
}

/// <param name="Url">Absolute http or https address of the document.</param>
/// <param name="Kind"><c>primary</c>: the issuer's own; <c>secondary</c>: anybody else's account of it.</param>
internal sealed record SourceRequest([property: Required] string? Url, [property: Required] string? Kind);

internal sealed record ClauseRequest
{
    [Required] public string? Number { get; init; }
    [Required] public Measure? Measure { get; init; }

    /// <summary>Slugs, or groups such as <c>rare-earths</c> and <c>all-dual-use</c>.</summary>
    public IReadOnlyList<string>? Minerals { get; init; }

    public IReadOnlyList<ItemRequest>? Items { get; init; }

    /// <summary>Null means every destination.</summary>
    public IReadOnlyList<string>? Destinations { get; init; }

    public IReadOnlyList<string>? ExcludedDestinations { get; init; }
    public EndUse? EndUse { get; init; }
    [Required] public DateOnly? EffectiveFrom { get; init; }

    /// <summary>The last day on which it acts.</summary>
    public DateOnly? EffectiveUntil { get; init; }

    /// <summary>Null lets the HS codes say.</summary>
    public IReadOnlyList<Stage>? Stages { get; init; }

    public QuotaRequest? Quota { get; init; }

    /// <summary>For a rule on goods made abroad: from which share of the issuer's content on, or made with its technology.</summary>
    public ExtraterritorialRequest? Extraterritorial { get; init; }

    /// <summary>Where sources differ on <c>effectiveFrom</c> or <c>effectiveUntil</c>: which day each gives, that which is taken among them.</summary>
    public IReadOnlyList<DateClaimRequest>? DateClaims { get; init; }

    public ClauseDocument ToDocument() => new(
        Number!, Measure!.Value, Minerals ?? [],
        [.. (Items ?? []).Select(i => new ControlledItem(i.ControlCode, i.HsCodes ?? [], i.Description))],
        Destinations, ExcludedDestinations ?? [], EndUse, EffectiveFrom!.Value, EffectiveUntil,
        Stages is { Count: > 0 } ? Stages : null,
        Quota?.ToTerms(),
        Extraterritorial is null ? null : new ExtraterritorialRule(Extraterritorial.MinimumContentPercent, Extraterritorial.Technology ?? false),
        DateClaimRequest.ToClaims(DateClaims));
}

/// <param name="Member">The date it is about: <c>announcedOn</c> of a notice, <c>effectiveFrom</c> or <c>effectiveUntil</c> of a clause.</param>
/// <param name="Source">Who says so.</param>
/// <param name="Url">Where, if an address is known.</param>
internal sealed record DateClaimRequest(
    [property: Required] string? Member, [property: Required] DateOnly? Day, [property: Required] string? Source, string? Url)
{
    public static IReadOnlyList<DateClaim>? ToClaims(IReadOnlyList<DateClaimRequest>? claims) =>
        Domain.DateClaims.Union([.. (claims ?? []).Select(c => new DateClaim(c.Member!, c.Day!.Value, c.Source!, c.Url))]);
}

internal sealed record ItemRequest(string? ControlCode, IReadOnlyList<string>? HsCodes, string? Description);

/// <param name="Volume">What may leave in a year, in <paramref name="Unit"/>.</param>
/// <param name="Baseline">What left in the year before, in the same unit; severity is 1 − volume/baseline where it is known.</param>
/// <param name="Unit">Such as <c>t</c>.</param>
/// <param name="Periods">What may leave in each stretch of days, where the document says.</param>
internal sealed record QuotaRequest(
    [property: Required] double? Volume, double? Baseline, [property: Required] string? Unit, IReadOnlyList<QuotaPeriodRequest>? Periods)
{
    public QuotaTerms ToTerms() => new(
        Volume!.Value, Baseline, Unit!,
        Periods is { Count: > 0 } ? [.. Periods.OrderBy(p => p.From).Select(p => new QuotaPeriod(p.From!.Value, p.Until!.Value, p.Volume!.Value))] : null);
}

/// <param name="Until">The last day of the period.</param>
internal sealed record QuotaPeriodRequest([property: Required] DateOnly? From, [property: Required] DateOnly? Until, [property: Required] double? Volume);

/// <param name="MinimumContentPercent">0..100 % of the good's value; null where the document names no share.</param>
/// <param name="Technology">Goods made with the issuer's technology too.</param>
internal sealed record ExtraterritorialRequest(double? MinimumContentPercent, bool? Technology);

internal sealed record ActionRequest
{
    [Required] public ActionKind? Action { get; init; }
    [Required] public TargetRequest? Target { get; init; }
    [Required] public DateOnly? From { get; init; }

    /// <summary>The last day of it; null has no end.</summary>
    public DateOnly? Until { get; init; }

    public ActionDocument ToDocument() =>
        new(Action!.Value, new ClauseTarget(Target!.Issuer!, Target.DocumentNumber!, Target.Clause), From!.Value, Until);
}

/// <param name="Clause">Null means every clause of the notice.</param>
internal sealed record TargetRequest([property: Required] string? Issuer, [property: Required] string? DocumentNumber, string? Clause);
