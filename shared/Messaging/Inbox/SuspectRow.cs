using Chokepoint.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Chokepoint.Messaging.Inbox;

/// <summary>
/// A message that keeps coming back unanswered, and how often its handling was begun and not ended: the one that kills its process
/// is found by this, and not by the broker's count, which blames all that were on their way to the process with it.
/// </summary>
internal sealed class SuspectRow
{
    public required string Consumer { get; init; }
    public required Guid EventId { get; init; }
    public int Begun { get; init; }
    public DateTimeOffset BegunAt { get; init; }

    internal sealed class Configuration : IEntityTypeConfiguration<SuspectRow>
    {
        public void Configure(EntityTypeBuilder<SuspectRow> entity)
        {
            entity.ToTable("suspects", OutboxRow.Schema);
            entity.HasKey(row => new { row.EventId, row.Consumer }).HasName("pk_suspects");
            entity.Property(row => row.EventId).HasColumnName("event_id");
            entity.Property(row => row.Consumer).HasColumnName("consumer");
            entity.Property(row => row.Begun).HasColumnName("begun").HasDefaultValue(1);
            entity.Property(row => row.BegunAt).HasColumnName("begun_at").HasDefaultValueSql("now()");
        }
    }
}
