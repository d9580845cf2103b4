using System.Text.Json;

namespace Chokepoint.Contracts.CloudEvents;

/// <summary>An event in the form it leaves the platform in: its attributes, and the bytes that are stored, signed and sent.</summary>
public sealed record OutgoingCloudEvent(Guid Id, string Type, string Subject, DateTimeOffset Time, byte[] Body);

/// <summary>Turns what services tell each other into what subscribers are told.</summary>
/// <param name="publicUrl">The platform's address as subscribers know it; null makes links relative to it.</param>
public sealed class CloudEventMapping(Uri? publicUrl)
{
    /// <exception cref="ArgumentException">The event is not one that leaves the platform.</exception>
    public OutgoingCloudEvent Map(IPlatformEvent @event) => @event switch
    {
        ControlStateChanged e => Write(e, CloudEventTypes.ControlStateChanged, "export-controls", $"{e.Issuer}/{e.DocumentNumber}/{e.Clause}", DataOf(e)),
        ControlBoundaryApproaching e => Write(
            e, CloudEventTypes.ControlBoundaryApproaching, "export-controls", $"{e.Issuer}/{e.DocumentNumber}/{e.Clause}", DataOf(e)),
        RiskScoreChanged e => Write(e, CloudEventTypes.RiskScoreChanged, "risk-scoring", $"{e.Economy}/{e.Mineral}", DataOf(e)),
        PriceSignalChanged e => Write(e, CloudEventTypes.PriceSignalChanged, "market-prices", $"{e.Mineral}/{e.SeriesId}", DataOf(e)),
        SupplyProfileChanged e => Write(e, CloudEventTypes.SupplyProfileChanged, "trade-flows", $"{e.Importer}/{e.Mineral}/{e.Period}", DataOf(e)),
        _ => throw new ArgumentException($"{@event.GetType().Name} does not leave the platform.", nameof(@event)),
    };

    /// <summary>The event that tries an endpoint: says what it is, so that no receiver takes it for news.</summary>
    public static OutgoingCloudEvent Test(Guid id, Guid subscription, DateTimeOffset now) =>
        Write(id, now, CloudEventTypes.SubscriptionTest, "notifications", $"subscriptions/{subscription}",
            new SubscriptionTestData { SubscriptionId = subscription, Message = "A test of this endpoint; nothing happened." });

    private static OutgoingCloudEvent Write<TData>(IPlatformEvent e, string type, string source, string subject, TData data) =>
        Write(e.EventId, e.OccurredAt, type, source, subject, data);

    private static OutgoingCloudEvent Write<TData>(Guid id, DateTimeOffset time, string type, string source, string subject, TData data)
    {
        var utc = time.UtcDateTime;
        var body = JsonSerializer.SerializeToUtf8Bytes(new CloudEvent<TData>
        {
            Id = id.ToString(),
            Type = type,
            Source = $"/chokepoint/{source}",
            Subject = subject,
            Time = utc,
            Timestamp = utc,
            Data = data,
        }, EventJson.Options);
        return new OutgoingCloudEvent(id, type, subject, time.ToUniversalTime(), body);
    }

    private static ControlStateChangedData DataOf(ControlStateChanged e) => new()
    {
        NoticeId = e.NoticeId,
        Issuer = e.Issuer,
        DocumentNumber = e.DocumentNumber,
        Title = e.Title,
        Clause = e.Clause,
        Measure = e.Measure,
        Minerals = e.Minerals,
        Stages = e.Stages,
        HsCodes = e.HsCodes,
        Destinations = e.Destinations,
        ExcludedDestinations = e.ExcludedDestinations,
        EndUse = e.EndUse,
        Quota = e.Quota,
        Extraterritorial = e.Extraterritorial,
        PreviousStatus = e.PreviousStatus,
        Status = e.Status,
        StateSince = e.StateSince,
        Basis = e.Basis,
        EffectiveFrom = e.EffectiveFrom,
        EffectiveUntil = e.EffectiveUntil,
        Schedule = e.Schedule,
        Sources = e.Sources,
        Confidence = e.Confidence,
        Version = e.Version,
    };

    private static ControlBoundaryApproachingData DataOf(ControlBoundaryApproaching e) => new()
    {
        NoticeId = e.NoticeId,
        Issuer = e.Issuer,
        DocumentNumber = e.DocumentNumber,
        Title = e.Title,
        Clause = e.Clause,
        Measure = e.Measure,
        Minerals = e.Minerals,
        Destinations = e.Destinations,
        ExcludedDestinations = e.ExcludedDestinations,
        EndUse = e.EndUse,
        On = e.On,
        At = e.At.UtcDateTime,
        LeadDays = e.LeadDays,
        DaysLeft = e.DaysLeft,
        Status = e.Status,
        NextStatus = e.NextStatus,
        Basis = e.Basis,
        Sources = e.Sources,
        Confidence = e.Confidence,
        Version = e.Version,
    };

    private RiskScoreChangedData DataOf(RiskScoreChanged e) => new()
    {
        Economy = e.Economy,
        Mineral = e.Mineral,
        Stage = e.Stage,
        Previous = e.Previous,
        Current = e.Current,
        Deltas = e.Deltas,
        Causes = e.Causes,
        Method = e.Method,
        Inputs = e.Inputs,
        Url = Link($"/api/risk/scores/{e.Economy}/{e.Mineral}"),
    };

    private static PriceSignalChangedData DataOf(PriceSignalChanged e) => new()
    {
        Mineral = e.Mineral,
        SeriesId = e.SeriesId,
        Series = e.Series,
        AsOf = e.AsOf,
        MonthReturn = e.MonthReturn,
        YearReturn = e.YearReturn,
        Volatility = e.Volatility,
        RobustZ = e.RobustZ,
        PreviousLevel = e.PreviousLevel,
        Level = e.Level,
        FloorBreached = e.FloorBreached,
        Source = e.Source,
        Version = e.Version,
    };

    private static SupplyProfileChangedData DataOf(SupplyProfileChanged e) => new()
    {
        Importer = e.Importer,
        Mineral = e.Mineral,
        Stage = e.Stage,
        Period = e.Period,
        Suppliers = e.Suppliers,
        Hhi = e.Hhi,
        HhiLow = e.HhiLow,
        HhiHigh = e.HhiHigh,
        VolumeKg = e.VolumeKg,
        ValueUsd = e.ValueUsd,
        Basis = e.Basis,
        HsCodes = e.HsCodes,
        IsBasket = e.IsBasket,
        Collapse = e.Collapse,
        Flows = e.Flows,
        Source = e.Source,
        Version = e.Version,
    };

    private string Link(string path) => publicUrl is null ? path : new Uri(publicUrl, path).ToString();
}
