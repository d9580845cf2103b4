using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Polling.Store;

/// <summary>A source and how it stands; <c>lease_number</c> fences.</summary>
internal sealed class SourceRow
{
    public required string Name { get; init; }
    public bool Enabled { get; init; }
    public DateTimeOffset WatchedSince { get; init; }
    public string? Cursor { get; init; }
    public DateTimeOffset NextPollAt { get; init; }
    public DateTimeOffset? LeaseUntil { get; init; }
    public long LeaseNumber { get; init; }
    public DateTimeOffset? LastPolledAt { get; init; }
    public DateTimeOffset? LastSuccessAt { get; init; }
    public DateTimeOffset? LastNewAt { get; init; }
    public long Documents { get; init; }
    public int Failures { get; init; }
    public string? Failure { get; init; }
    public string? FailureDetail { get; init; }
    public DateTimeOffset? FailedAt { get; init; }
}

internal sealed class ValidatorRow
{
    public required string Source { get; init; }
    public required string Request { get; init; }
    public string? ETag { get; init; }
    public string? LastModified { get; init; }
    public DateTimeOffset UsedAt { get; init; }
}

internal sealed class SeenRow
{
    public required string Source { get; init; }
    public required string Key { get; init; }
    public required string Content { get; init; }
    public DateTimeOffset FirstSeenAt { get; init; }
    public DateTimeOffset LastSeenAt { get; init; }
}

internal sealed class AlertRow
{
    public long No { get; init; }
    public required string Source { get; init; }
    public required string Reason { get; init; }
    public required string Detail { get; init; }
    public DateTimeOffset RaisedAt { get; init; }
    public DateTimeOffset? ClearedAt { get; init; }
}

internal static class PollTables
{
    public const string Schema = "polling";

    public static void Add(ModelBuilder model)
    {
        model.Entity<SourceRow>(source =>
        {
            source.ToTable("sources", Schema);
            source.HasKey(s => s.Name);
            source.Property(s => s.Name).HasColumnName("name");
            source.Property(s => s.Enabled).HasColumnName("enabled");
            source.Property(s => s.WatchedSince).HasColumnName("watched_since").HasDefaultValueSql("now()");
            source.Property(s => s.Cursor).HasColumnName("cursor");
            source.Property(s => s.NextPollAt).HasColumnName("next_poll_at").HasDefaultValueSql("now()");
            source.Property(s => s.LeaseUntil).HasColumnName("lease_until");
            source.Property(s => s.LeaseNumber).HasColumnName("lease_number").HasDefaultValue(0L);
            source.Property(s => s.LastPolledAt).HasColumnName("last_polled_at");
            source.Property(s => s.LastSuccessAt).HasColumnName("last_success_at");
            source.Property(s => s.LastNewAt).HasColumnName("last_new_at");
            source.Property(s => s.Documents).HasColumnName("documents").HasDefaultValue(0L);
            source.Property(s => s.Failures).HasColumnName("failures").HasDefaultValue(0);
            source.Property(s => s.Failure).HasColumnName("failure");
            source.Property(s => s.FailureDetail).HasColumnName("failure_detail");
            source.Property(s => s.FailedAt).HasColumnName("failed_at");
        });
        model.Entity<ValidatorRow>(validator =>
        {
            validator.ToTable("validators", Schema);
            validator.HasKey(v => new { v.Source, v.Request });
            validator.Property(v => v.Source).HasColumnName("source");
            validator.Property(v => v.Request).HasColumnName("request");
            validator.Property(v => v.ETag).HasColumnName("etag");
            validator.Property(v => v.LastModified).HasColumnName("last_modified");
            validator.Property(v => v.UsedAt).HasColumnName("used_at");
        });
        model.Entity<SeenRow>(seen =>
        {
            seen.ToTable("seen", Schema);
            seen.HasKey(s => new { s.Source, s.Key });
            seen.Property(s => s.Source).HasColumnName("source");
            seen.Property(s => s.Key).HasColumnName("key");
            seen.Property(s => s.Content).HasColumnName("content");
            seen.Property(s => s.FirstSeenAt).HasColumnName("first_seen_at").HasDefaultValueSql("now()");
            seen.Property(s => s.LastSeenAt).HasColumnName("last_seen_at").HasDefaultValueSql("now()");
        });
        model.Entity<AlertRow>(alert =>
        {
            alert.ToTable("alerts", Schema);
            alert.HasKey(a => a.No);
            alert.Property(a => a.No).HasColumnName("no").UseIdentityAlwaysColumn();
            alert.Property(a => a.Source).HasColumnName("source");
            alert.Property(a => a.Reason).HasColumnName("reason");
            alert.Property(a => a.Detail).HasColumnName("detail");
            alert.Property(a => a.RaisedAt).HasColumnName("raised_at").HasDefaultValueSql("now()");
            alert.Property(a => a.ClearedAt).HasColumnName("cleared_at");
            // One standing alert a source and reason, however many processes notice.
            alert.HasIndex(a => new { a.Source, a.Reason }).IsUnique().HasFilter("cleared_at IS NULL").HasDatabaseName("alerts_standing");
        });
    }
}
