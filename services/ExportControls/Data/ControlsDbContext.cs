using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Drafts;
using Chokepoint.Messaging;
using Chokepoint.Polling;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Chokepoint.ExportControls.Data;

internal sealed class ControlsDbContext(DbContextOptions<ControlsDbContext> options) : DbContext(options)
{
    public DbSet<NoticeRow> Notices => Set<NoticeRow>();
    public DbSet<NoticeRevisionRow> Revisions => Set<NoticeRevisionRow>();
    public DbSet<ClauseRow> Clauses => Set<ClauseRow>();
    public DbSet<IntervalRow> Intervals => Set<IntervalRow>();
    public DbSet<ActionRow> Actions => Set<ActionRow>();
    public DbSet<RegistryEditionRow> Editions => Set<RegistryEditionRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddMessagingTables();
        modelBuilder.AddPollingTables();
        modelBuilder.AddDraftTables();

        modelBuilder.Entity<NoticeRow>(notice =>
        {
            notice.ToTable("notices");
            notice.Property(n => n.Id).ValueGeneratedNever();
            notice.HasIndex(n => new { n.Issuer, n.DocumentNumber }).IsUnique();
            notice.HasIndex(n => new { n.Issuer, n.NumberKey }).IsUnique();
            // The order of lists of notices, of all and of one issuer.
            notice.HasIndex(n => new { n.AnnouncedOn, n.Id });
            notice.HasIndex(n => new { n.Issuer, n.AnnouncedOn, n.Id });
            // Those that were something else before, or may have been: few, and all that an earlier knowledge must be put together for.
            notice.HasIndex(n => new { n.SettledFrom, n.KnownFrom, n.SettledDay, n.KnownDay, n.Issuer, n.DocumentNumber, n.Id }, "ix_notices_between")
                .HasFilter("settled_from IS NULL OR settled_from > known_from OR settled_day > known_day");
            notice.HasOne<NoticeRow>().WithMany().HasForeignKey(n => n.DuplicateOf);
            notice.Property(n => n.Revision).IsConcurrencyToken();
            notice.Property(n => n.Origin).HasConversion<string>();
            HoldsDocument(notice.Property(n => n.Document));
            notice.HasMany(n => n.Clauses).WithOne(c => c.Notice).HasForeignKey(c => c.NoticeId);
        });

        modelBuilder.Entity<NoticeRevisionRow>(revision =>
        {
            revision.ToTable("notice_revisions");
            revision.HasKey(r => new { r.NoticeId, r.Revision });
            revision.HasOne<NoticeRow>().WithMany().HasForeignKey(r => r.NoticeId);
            HoldsDocument(revision.Property(r => r.Document));
        });

        modelBuilder.Entity<ClauseRow>(clause =>
        {
            clause.ToTable("clauses");
            clause.Property(c => c.Id).ValueGeneratedNever();
            clause.HasIndex(c => new { c.NoticeId, c.Number }).IsUnique();
            clause.HasIndex(c => new { c.Issuer, c.DocumentNumber, c.Ordinal, c.Id });
            clause.HasIndex(c => c.NextBoundaryAt).HasFilter("next_boundary_at IS NOT NULL");
            clause.HasIndex(c => c.NextReminderAt).HasFilter("next_reminder_at IS NOT NULL");
            HoldsJson(clause.Property(c => c.Reminders)).HasDefaultValueSql("'[]'");
            clause.HasIndex(c => c.Minerals).HasMethod("gin");
            clause.Property(c => c.Version).IsConcurrencyToken();
            clause.Property(c => c.Measure).HasConversion<string>();
            clause.Property(c => c.Status).HasConversion<string>();
            clause.Property(c => c.EndUse).HasConversion<string>();
            clause.Property(c => c.Confidence).HasConversion<string>();
            HoldsJson(clause.Property(c => c.Quota));
            HoldsJson(clause.Property(c => c.Extraterritorial));
            HoldsJson(clause.Property(c => c.Sources));
            HoldsJson(clause.Property(c => c.DateClaims)).HasDefaultValueSql("'[]'");
            clause.HasMany(c => c.Schedule).WithOne().HasForeignKey(i => i.ClauseId);
        });

        modelBuilder.Entity<IntervalRow>(interval =>
        {
            interval.ToTable("intervals");
            interval.HasKey(i => new { i.ClauseId, i.From });
            interval.HasIndex(i => i.StartsAt);
            interval.Property(i => i.Status).HasConversion<string>();
            interval.Property(i => i.Basis).HasConversion<string>();
        });

        modelBuilder.Entity<RegistryEditionRow>(edition =>
        {
            edition.ToTable("registry_editions");
            edition.HasKey(e => e.ContentHash);
        });

        modelBuilder.Entity<ActionRow>(action =>
        {
            action.ToTable("actions");
            action.Property(a => a.Id).ValueGeneratedNever();
            action.HasIndex(a => a.TargetClauseId);
            action.Property(a => a.Kind).HasConversion<string>();
            action.HasOne<NoticeRow>().WithMany().HasForeignKey(a => a.NoticeId);
            action.HasOne<ClauseRow>().WithMany().HasForeignKey(a => a.TargetClauseId);
        });
    }

    /// <summary>A value written once and read whole: compared by what it says, since a list compares by reference.</summary>
    private static PropertyBuilder<T> HoldsJson<T>(PropertyBuilder<T> property) => property
        .HasColumnType("jsonb")
        .HasConversion(
            value => JsonSerializer.Serialize(value, EventJson.Options),
            json => JsonSerializer.Deserialize<T>(json, EventJson.Options)!,
            new ValueComparer<T>(
                (a, b) => JsonSerializer.Serialize(a, EventJson.Options) == JsonSerializer.Serialize(b, EventJson.Options),
                value => JsonSerializer.Serialize(value, EventJson.Options).GetHashCode(StringComparison.Ordinal),
                value => value));

    private static void HoldsDocument(PropertyBuilder<NoticeDocument> property) => property
        .HasColumnType("jsonb")
        .HasConversion(
            document => JsonSerializer.Serialize(document, EventJson.Options),
            json => JsonSerializer.Deserialize<NoticeDocument>(json, EventJson.Options)!);
}
