using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Messaging.Tests.Support;

/// <summary>A service's database with the messaging tables and two of its own, to see effects in.</summary>
internal sealed class TestDb(DbContextOptions<TestDb> options) : DbContext(options)
{
    public DbSet<Applied> Applied => Set<Applied>();
    public DbSet<Projection> Projections => Set<Projection>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddMessagingTables();
        modelBuilder.Entity<Applied>().ToTable("applied").HasKey(row => row.Id);
        modelBuilder.Entity<Projection>().ToTable("projection").HasKey(row => row.Key);
    }
}

/// <summary>One row per effect: a doubled effect is a second row with the same event.</summary>
internal sealed class Applied
{
    public long Id { get; init; }
    public required Guid EventId { get; init; }
    public required long Version { get; init; }
    public string? Trace { get; init; }
}

/// <summary>The newest version known of an aggregate.</summary>
internal sealed class Projection
{
    public required Guid Key { get; init; }
    public required long Version { get; set; }
}
