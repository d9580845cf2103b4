using Chokepoint.Imports;
using Chokepoint.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.RiskScoring.Data;

/// <summary>
/// riskdb. The tables are written and read by Npgsql, many rows to a statement; the model here makes their migrations and carries the
/// inbox transaction of the consumers.
/// </summary>
internal sealed class RiskDbContext(DbContextOptions<RiskDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddMessagingTables();
        modelBuilder.Entity<ClauseRow>(e =>
        {
            e.ToTable("clauses").HasKey(c => new { c.NoticeId, c.Clause });
            e.Property(c => c.Event).HasColumnType("jsonb");
            WrittenBy(e.Property(c => c.TransactionId));
            e.HasIndex(c => c.TransactionId);
        });
        modelBuilder.Entity<ClauseVersionRow>(e =>
        {
            e.ToTable("clause_versions").HasKey(c => new { c.NoticeId, c.Clause, c.Version });
            e.Property(c => c.Event).HasColumnType("jsonb");
            e.Property(c => c.ReceivedAt).HasDefaultValueSql("now()");
            WrittenBy(e.Property(c => c.TransactionId));
            e.HasIndex(c => c.OccurredAt);
        });
        modelBuilder.Entity<SignalRow>(e =>
        {
            e.ToTable("signals").HasKey(s => new { s.Kind, s.Key });
            e.Property(s => s.Event).HasColumnType("jsonb");
            WrittenBy(e.Property(s => s.TransactionId));
            e.HasIndex(s => s.TransactionId);
        });
        modelBuilder.Entity<SignalVersionRow>(e =>
        {
            e.ToTable("signal_versions").HasKey(s => new { s.Kind, s.Key, s.Version });
            e.Property(s => s.Event).HasColumnType("jsonb");
            e.Property(s => s.ReceivedAt).HasDefaultValueSql("now()");
            WrittenBy(e.Property(s => s.TransactionId));
            e.HasIndex(s => new { s.Mineral, s.Importer });
        });
        modelBuilder.Entity<WorkRow>(e =>
        {
            e.ToTable("rescore_work").HasKey(w => new { w.Economy, w.Mineral });
            e.Property(w => w.Asked).HasDefaultValue(1);
            e.Property(w => w.RequestedAt).HasDefaultValueSql("clock_timestamp()");
            e.HasIndex(w => w.RequestedAt);
            // Every row is deleted soon after it came: vacuum by count, or the next ones hide behind dead ones.
            e.HasStorageParameter("autovacuum_vacuum_scale_factor", 0);
            e.HasStorageParameter("autovacuum_vacuum_threshold", 1000);
        });
        modelBuilder.Entity<RevisionRow>(e =>
        {
            e.ToTable("revisions").HasKey(r => new { r.Economy, r.Mineral, r.Version });
            e.Property(r => r.CommittedAt).HasDefaultValueSql("clock_timestamp()");
            e.Property(r => r.Id).UseIdentityAlwaysColumn();
            WrittenBy(e.Property(r => r.TransactionId));
            e.HasIndex(r => r.Id).IsUnique();
            e.HasIndex(r => new { r.Economy, r.Mineral, r.AsOf });
            e.HasIndex(r => r.AsOf);
        });
        modelBuilder.Entity<CurrentScoreRow>(e =>
        {
            e.ToTable("current_scores").HasKey(s => new { s.Economy, s.Mineral });
            e.Property(s => s.Controls).HasColumnType("jsonb");
            e.Property(s => s.Signals).HasColumnType("jsonb").HasDefaultValueSql("'[]'");
            e.HasIndex(s => new { s.Mineral, s.Economy });
        });
        modelBuilder.AddImportTables();
        modelBuilder.Entity<FigureRow>(e => e.ToTable("figures").HasKey(f => new { f.ImportNo, f.RowNo }));
        modelBuilder.Entity<ScoringStateRow>(e =>
        {
            e.ToTable("scoring_state").HasKey(s => s.Id);
            e.Property(s => s.Id).ValueGeneratedNever();
        });
    }

    private static void WrittenBy(Microsoft.EntityFrameworkCore.Metadata.Builders.PropertyBuilder<ulong> column) =>
        column.HasColumnType("xid8").HasDefaultValueSql("pg_current_xact_id()");
}
