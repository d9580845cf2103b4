using Chokepoint.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Chokepoint.Messaging.DeadLetters;

/// <summary>
/// A message that could not be applied, taken over from its dead-letter queue: in a table it can be listed, looked at and chosen
/// from, which on a queue would mean delivering all of it again and again. An event is there once per queue.
/// </summary>
internal sealed class DeadLetterRow
{
    public required Guid Id { get; init; }
    public required string Queue { get; init; }

    /// <summary>The message's id; null on a message that is none of the platform's.</summary>
    public Guid? EventId { get; init; }

    public string? EventType { get; init; }

    /// <summary>The body as it came, which may be anything at all.</summary>
    public required byte[] Body { get; init; }

    public string? TraceParent { get; init; }
    public required string FaultType { get; init; }
    public required string Reason { get; init; }

    /// <summary>How often it has come here: again after each replay that failed.</summary>
    public int Times { get; init; }

    public DateTimeOffset DeadLetteredAt { get; init; }

    internal sealed class Configuration : IEntityTypeConfiguration<DeadLetterRow>
    {
        public void Configure(EntityTypeBuilder<DeadLetterRow> entity)
        {
            entity.ToTable("dead_letters", OutboxRow.Schema);
            entity.HasKey(row => row.Id).HasName("pk_dead_letters");
            entity.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
            entity.Property(row => row.Queue).HasColumnName("queue");
            entity.Property(row => row.EventId).HasColumnName("event_id");
            entity.Property(row => row.EventType).HasColumnName("event_type");
            entity.Property(row => row.Body).HasColumnName("body");
            entity.Property(row => row.TraceParent).HasColumnName("traceparent");
            entity.Property(row => row.FaultType).HasColumnName("fault_type");
            entity.Property(row => row.Reason).HasColumnName("reason");
            entity.Property(row => row.Times).HasColumnName("times").HasDefaultValue(1);
            entity.Property(row => row.DeadLetteredAt).HasColumnName("dead_lettered_at").HasDefaultValueSql("now()");
            entity.HasIndex(row => new { row.Queue, row.EventId }).IsUnique().HasDatabaseName("ix_dead_letters_queue_event_id");
        }
    }
}
