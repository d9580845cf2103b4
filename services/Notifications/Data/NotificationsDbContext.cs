using Chokepoint.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Notifications.Data;

/// <summary>Subscriptions, events that leave, deliveries and their attempts. The dispatcher reads the same tables in SQL.</summary>
internal sealed class NotificationsDbContext(DbContextOptions<NotificationsDbContext> options) : DbContext(options)
{
    public DbSet<Subscription> Subscriptions => Set<Subscription>();
    public DbSet<OutgoingEvent> Events => Set<OutgoingEvent>();
    public DbSet<Delivery> Deliveries => Set<Delivery>();
    public DbSet<Attempt> Attempts => Set<Attempt>();
    public DbSet<Throttle> Throttles => Set<Throttle>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Subscription>(subscription =>
        {
            subscription.ToTable("subscriptions");
            subscription.Property(s => s.MinimumLevel).HasConversion<string>();
            subscription.Property(s => s.DisabledReason).HasConversion<string>();
            subscription.Property(s => s.Version).IsConcurrencyToken();
            subscription.Ignore(s => s.Filter);
        });
        modelBuilder.Entity<Throttle>(throttle =>
        {
            throttle.ToTable("throttles");
            throttle.HasKey(t => t.SubscriptionId);
            throttle.Property(t => t.NextSendAt).HasDefaultValueSql("now()");
            throttle.HasOne<Subscription>().WithOne().HasForeignKey<Throttle>(t => t.SubscriptionId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<OutgoingEvent>(@event =>
        {
            @event.ToTable("events");
            @event.Property(e => e.Level).HasConversion<string>();
            @event.Ignore(e => e.Facets).Ignore(e => e.IsTest);
            @event.Property(e => e.ReceivedAt).HasDefaultValueSql("now()");
            @event.HasIndex(e => new { e.ReceivedAt, e.Id });
        });
        modelBuilder.Entity<Delivery>(delivery =>
        {
            delivery.ToTable("deliveries");
            delivery.Property(d => d.State).HasConversion<string>();
            delivery.Property(d => d.DueAt).HasDefaultValueSql("now()");
            delivery.Property(d => d.CreatedAt).HasDefaultValueSql("now()");
            delivery.HasOne<Subscription>().WithMany().HasForeignKey(d => d.SubscriptionId).OnDelete(DeleteBehavior.Cascade);
            delivery.HasOne<OutgoingEvent>().WithMany().HasForeignKey(d => d.EventId).OnDelete(DeleteBehavior.Cascade);
            delivery.HasIndex(d => new { d.EventId, d.SubscriptionId }).IsUnique();
            delivery.HasIndex(d => new { d.SubscriptionId, d.Id }); // ids are version 7: the order of time
            delivery.HasIndex(d => new { d.SubscriptionId, d.DueAt }).HasFilter("state = 'Pending'").HasDatabaseName("ix_deliveries_pending_by_subscription");
            delivery.HasIndex(d => d.DueAt).HasFilter("state = 'Pending'").HasDatabaseName("ix_deliveries_pending");
        });
        modelBuilder.Entity<Attempt>(attempt =>
        {
            attempt.ToTable("attempts");
            attempt.HasOne<Delivery>().WithMany().HasForeignKey(a => a.DeliveryId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.HasDbFunction(typeof(DatabaseClock).GetMethod(nameof(DatabaseClock.Now))!).HasName("now").IsBuiltIn();
        modelBuilder.AddMessagingTables();
    }
}
