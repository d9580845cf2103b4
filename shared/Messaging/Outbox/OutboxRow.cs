using System.Diagnostics;
using System.Text.Json;
using Chokepoint.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Chokepoint.Messaging.Outbox;

/// <summary>
/// An event on its way to the broker, written in the transaction that made it and deleted once the broker has confirmed it: the
/// table is empty when nothing waits.
/// </summary>
internal sealed class OutboxRow
{
    public const string Schema = "messaging";

    public required Guid Id { get; init; }
    public required Guid EventId { get; init; }
    public required string EventType { get; init; }

    /// <summary>The event's JSON, byte for byte what goes over the wire; text, since jsonb would parse and reorder it for nothing.</summary>
    public required string Payload { get; init; }

    /// <summary>W3C trace context of the writer, so that the trace goes on behind the broker.</summary>
    public string? TraceParent { get; init; }

    /// <summary>A queue that alone gets the event (a replayed dead letter); null publishes to all who hear it.</summary>
    public string? Destination { get; init; }

    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset NextAttemptAt { get; private init; }
    public int Attempts { get; private init; }
    public string? LastError { get; private init; }

    public static OutboxRow Of(IPlatformEvent @event) => new()
    {
        Id = Guid.CreateVersion7(),
        EventId = @event.EventId,
        EventType = @event.GetType().Name,
        Payload = JsonSerializer.Serialize(@event, @event.GetType(), EventJson.Options),
        TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null,
    };

    internal sealed class Configuration : IEntityTypeConfiguration<OutboxRow>
    {
        public void Configure(EntityTypeBuilder<OutboxRow> entity)
        {
            entity.ToTable("outbox", Schema);
            entity.HasKey(row => row.Id).HasName("pk_outbox");
            entity.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
            entity.Property(row => row.EventId).HasColumnName("event_id");
            entity.Property(row => row.EventType).HasColumnName("event_type");
            entity.Property(row => row.Payload).HasColumnName("payload");
            entity.Property(row => row.TraceParent).HasColumnName("traceparent");
            entity.Property(row => row.Destination).HasColumnName("destination");
            ByTheDatabase(entity.Property(row => row.CreatedAt).HasColumnName("created_at").HasDefaultValueSql("now()"));
            ByTheDatabase(entity.Property(row => row.NextAttemptAt).HasColumnName("next_attempt_at").HasDefaultValueSql("now()"));
            ByTheDatabase(entity.Property(row => row.Attempts).HasColumnName("attempts").HasDefaultValue(0));
            ByTheDatabase(entity.Property(row => row.LastError).HasColumnName("last_error"));
            entity.HasIndex(row => row.NextAttemptAt).HasDatabaseName("ix_outbox_next_attempt_at");

            // Every row is deleted soon after it came: vacuum by count, at once, or the due rows hide behind dead ones. By so few that the
            // table is as large as it gets within minutes at a few events a second; at thousands it is every turn of autovacuum anyway.
            entity.HasStorageParameter("autovacuum_vacuum_scale_factor", 0);
            entity.HasStorageParameter("autovacuum_vacuum_threshold", 1000);
            entity.HasStorageParameter("autovacuum_vacuum_cost_delay", 0);
        }

        /// <summary>Left to the column's default and not read back, which saves a result set per row and uses the database's clock.</summary>
        internal static void ByTheDatabase<T>(PropertyBuilder<T> property)
        {
            property.ValueGeneratedNever();
            property.Metadata.SetBeforeSaveBehavior(PropertySaveBehavior.Ignore);
            property.Metadata.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);
        }
    }
}
