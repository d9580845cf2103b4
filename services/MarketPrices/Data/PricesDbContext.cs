using Chokepoint.Imports;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.Messaging;
using Chokepoint.Polling;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.MarketPrices.Data;

/// <summary>A price series. Its number is its key inside the database, its id the one that is shown.</summary>
internal sealed class PriceSeries
{
    public int No { get; init; }
    public Guid Id { get; init; }
    public required string Mineral { get; init; }
    public required string Form { get; init; }
    public required string Unit { get; init; }
    public required string Currency { get; init; }
    public required string Source { get; init; }
    public required Frequency Frequency { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    public SeriesIdentity Identity => new(Mineral, Form, Unit, Currency, Source, Frequency);
}

/// <summary>
/// The service's tables that EF Core maintains; the observations are written in bulk, see <see cref="ObservationTables"/>.
/// </summary>
internal sealed class PricesDbContext(DbContextOptions<PricesDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddMessagingTables().AddImportTables().AddPollingTables();
        modelBuilder.Entity<PriceSeries>(series =>
        {
            series.ToTable("series");
            series.HasKey(s => s.No);
            series.Property(s => s.No).UseIdentityAlwaysColumn();
            series.HasIndex(s => s.Id).IsUnique();
            series.Ignore(s => s.Identity);
            series.Property(s => s.Frequency).HasConversion<short>();
            series.Property(s => s.CreatedAt).HasDefaultValueSql("now()");
            series.HasIndex(s => new { s.Mineral, s.Form, s.Unit, s.Currency, s.Source, s.Frequency }).IsUnique().HasDatabaseName("series_identity");
        });
    }
}
