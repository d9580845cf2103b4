using Chokepoint.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Chokepoint.Messaging.Inbox;

/// <summary>An event that a consumer of this service has applied, written in the transaction that applied it.</summary>
internal sealed class InboxRow
{
    internal const string KeyName = "pk_inbox";

    public required string Consumer { get; init; }
    public required Guid EventId { get; init; }
    public DateTimeOffset ReceivedAt { get; init; }

    internal sealed class Configuration : IEntityTypeConfiguration<InboxRow>
    {
        public void Configure(EntityTypeBuilder<InboxRow> entity)
        {
            entity.ToTable("inbox", OutboxRow.Schema);
            entity.HasKey(row => new { row.EventId, row.Consumer }).HasName(KeyName);
            entity.Property(row => row.EventId).HasColumnName("event_id");
            entity.Property(row => row.Consumer).HasColumnName("consumer");
            entity.Property(row => row.ReceivedAt).HasColumnName("received_at").HasDefaultValueSql("now()");
            // Rows come in time's order: a block-range index serves the pruning at next to no cost per insert.
            entity.HasIndex(row => row.ReceivedAt).HasMethod("brin").HasDatabaseName("ix_inbox_received_at");
        }
    }
}
