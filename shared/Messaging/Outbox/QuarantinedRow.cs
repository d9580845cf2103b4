using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Chokepoint.Messaging.Outbox;

/// <summary>An outbox row that cannot be sent, set aside with the reason so that the rest flow; operations replay or discard it.</summary>
internal sealed class QuarantinedRow
{
    public required Guid Id { get; init; }
    public required Guid EventId { get; init; }
    public required string EventType { get; init; }
    public required string Payload { get; init; }
    public string? TraceParent { get; init; }
    public string? Destination { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset QuarantinedAt { get; init; }
    public int Attempts { get; init; }
    public required string Reason { get; init; }

    internal sealed class Configuration : IEntityTypeConfiguration<QuarantinedRow>
    {
        public void Configure(EntityTypeBuilder<QuarantinedRow> entity)
        {
            entity.ToTable("quarantine", OutboxRow.Schema);
            entity.HasKey(row => row.Id).HasName("pk_quarantine");
            entity.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
            entity.Property(row => row.EventId).HasColumnName("event_id");
            entity.Property(row => row.EventType).HasColumnName("event_type");
            entity.Property(row => row.Payload).HasColumnName("payload");
            entity.Property(row => row.TraceParent).HasColumnName("traceparent");
            entity.Property(row => row.Destination).HasColumnName("destination");
            entity.Property(row => row.CreatedAt).HasColumnName("created_at");
            entity.Property(row => row.QuarantinedAt).HasColumnName("quarantined_at").HasDefaultValueSql("now()");
            entity.Property(row => row.Attempts).HasColumnName("attempts");
            entity.Property(row => row.Reason).HasColumnName("reason");
        }
    }
}
