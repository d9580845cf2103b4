using Chokepoint.Contracts;

namespace Chokepoint.RiskScoring.Tests.Support;

/// <summary>Events as the registry of controls announces them.</summary>
internal static class Events
{
    public static ControlStateChanged Licence(string issuer, string document, IReadOnlyList<string> minerals, DateTimeOffset? at = null) => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = 1,
        OccurredAt = at ?? DateTimeOffset.UtcNow,
        NoticeId = Guid.CreateVersion7(),
        Issuer = issuer,
        DocumentNumber = document,
        Title = "Licensing of exports",
        Clause = "1",
        Measure = Measure.Licensing,
        Minerals = minerals,
        Stages = [],
        HsCodes = [],
        ExcludedDestinations = [],
        Status = ControlStatus.InForce,
        StateSince = new DateOnly(2023, 8, 1),
        Basis = StatusBasis.Notice,
        EffectiveFrom = new DateOnly(2023, 8, 1),
        Schedule = [new ControlInterval(new DateOnly(2023, 8, 1), null, ControlStatus.InForce, StatusBasis.Notice)],
        Confidence = Confidence.Confirmed,
        Sources = [new SourceReference("https://example.org/2023-23", "primary")],
    };

    /// <summary>China's 2024-46 clause 2 as of November 2025: a ban to the United States, suspended to and including 27 November 2026.</summary>
    public static ControlStateChanged SuspendedBan(DateTimeOffset at) => Licence("CHN", "2024-46", ["gallium", "germanium", "antimony"], at) with
    {
        Clause = "2",
        Measure = Measure.Prohibition,
        Destinations = ["USA"],
        Status = ControlStatus.Suspended,
        StateSince = new DateOnly(2025, 11, 9),
        EffectiveFrom = new DateOnly(2024, 12, 3),
        Schedule =
        [
            new ControlInterval(new DateOnly(2024, 12, 3), new DateOnly(2025, 11, 8), ControlStatus.InForce, StatusBasis.Notice),
            new ControlInterval(new DateOnly(2025, 11, 9), new DateOnly(2026, 11, 27), ControlStatus.Suspended, StatusBasis.Notice),
            new ControlInterval(new DateOnly(2026, 11, 28), null, ControlStatus.InForce, StatusBasis.Schedule),
        ],
    };

    public static ControlStateChanged Next(this ControlStateChanged e, Func<ControlStateChanged, ControlStateChanged> change) =>
        change(e) with { EventId = Guid.CreateVersion7(), Version = e.Version + 1 };
}

/// <summary>Events as the services of prices and of trade announce them.</summary>
internal static class SignalEvents
{
    public static PriceSignalChanged Price(string mineral, double? z, DateOnly asOf, DateTimeOffset? at = null, Guid? series = null) => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = 1,
        OccurredAt = at ?? DateTimeOffset.UtcNow,
        Mineral = mineral,
        SeriesId = series ?? Guid.CreateVersion7(),
        Series = $"{mineral} metal, USD/kg, monthly, operator",
        Frequency = "monthly",
        AsOf = asOf,
        MonthReturn = 0.2,
        RobustZ = z,
        Level = z > 5 ? SignalLevel.Shock : z > 3 ? SignalLevel.Elevated : SignalLevel.Normal,
        FloorBreached = false,
        Source = "operator",
    };

    /// <summary>A month of what an importer bought, with each supplier's flow beside its past.</summary>
    public static SupplyProfileChanged Month(
        string importer, string mineral, Stage stage, string month, DateTimeOffset? at = null, params (string Supplier, double Fall)[] flows) => new()
    {
        EventId = Guid.CreateVersion7(),
        Version = 1,
        OccurredAt = at ?? DateTimeOffset.UtcNow,
        Importer = importer,
        Mineral = mineral,
        Stage = stage,
        Period = month,
        Suppliers = [.. flows.Select(f => new SupplierShare(f.Supplier, 1.0 / flows.Length))],
        Hhi = 5000,
        HhiLow = 5000,
        HhiHigh = 5000,
        Basis = "netWeight",
        HsCodes = ["250410"],
        IsBasket = false,
        Collapse = flows.Any(f => f.Fall > 0),
        Flows = [.. flows.Select(f => new SupplierFlow(f.Supplier, 1000 * (1 - f.Fall), 1000, f.Fall, f.Fall > 0 ? month : null))],
        Source = "customs",
    };

    public static SupplyProfileChanged Year(string importer, string mineral, Stage stage, string year, params (string Supplier, double Share)[] suppliers) =>
        Month(importer, mineral, stage, year) with
        {
            Suppliers = [.. suppliers.Select(s => new SupplierShare(s.Supplier, s.Share))],
            Flows = null,
        };

    public static PriceSignalChanged Next(this PriceSignalChanged e, Func<PriceSignalChanged, PriceSignalChanged> change) =>
        change(e) with { EventId = Guid.CreateVersion7(), Version = e.Version + 1 };

    public static SupplyProfileChanged Next(this SupplyProfileChanged e, Func<SupplyProfileChanged, SupplyProfileChanged> change) =>
        change(e) with { EventId = Guid.CreateVersion7(), Version = e.Version + 1 };
}
