using Microsoft.EntityFrameworkCore;

namespace Chokepoint.Imports;

/// <summary>The tables of import jobs, in the service's own database.</summary>
public static class ImportTables
{
    /// <summary>
    /// Run by a service's migration: bodies are written once, read once and dropped, and what Postgres would spend on compressing them is
    /// more than it saves.
    /// </summary>
    public const string KeepBodiesAsTheyAre = "ALTER TABLE import_chunks ALTER COLUMN body SET STORAGE EXTERNAL;";

    /// <summary>Adds jobs, spooled bodies and rejects to a service's model; call it in <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddImportTables(this ModelBuilder model)
    {
        model.Entity<ImportJob>(job =>
        {
            job.ToTable("import_jobs");
            job.HasKey(j => j.No);
            job.Property(j => j.No).HasColumnName("no").UseIdentityAlwaysColumn();
            job.Property(j => j.Id).HasColumnName("id");
            job.HasIndex(j => j.Id).IsUnique().HasDatabaseName("import_jobs_id");
            job.Property(j => j.Format).HasColumnName("format");
            job.Property(j => j.Options).HasColumnName("options").HasColumnType("jsonb");
            job.Property(j => j.State).HasColumnName("state").HasConversion<int>();
            job.HasIndex(j => j.No).HasFilter($"state IN ({(int)ImportState.Queued}, {(int)ImportState.Running})").HasDatabaseName("import_jobs_open");
            job.Property(j => j.ByteCount).HasColumnName("byte_count");
            job.Property(j => j.Sha256).HasColumnName("sha256");
            job.Property(j => j.RowsRead).HasColumnName("rows_read").HasDefaultValue(0L);
            job.Property(j => j.RowsAccepted).HasColumnName("rows_accepted").HasDefaultValue(0L);
            job.Property(j => j.RowsRejected).HasColumnName("rows_rejected").HasDefaultValue(0L);
            job.Property(j => j.BytesRead).HasColumnName("bytes_read").HasDefaultValue(0L);
            job.Property(j => j.RowsNew).HasColumnName("rows_new");
            job.Property(j => j.RowsRevised).HasColumnName("rows_revised");
            job.Property(j => j.RowsUnchanged).HasColumnName("rows_unchanged");
            job.Property(j => j.SubmittedAt).HasColumnName("submitted_at");
            job.Property(j => j.StartedAt).HasColumnName("started_at");
            job.Property(j => j.FinishedAt).HasColumnName("finished_at");
            job.Property(j => j.LeaseUntil).HasColumnName("lease_until");
            job.Property(j => j.Attempt).HasColumnName("attempt").HasDefaultValue(0);
            job.Property(j => j.CancelRequested).HasColumnName("cancel_requested").HasDefaultValue(false);
            job.Property(j => j.Error).HasColumnName("error").HasColumnType("jsonb");
        });
        model.Entity<ImportChunk>(chunk =>
        {
            chunk.ToTable("import_chunks");
            chunk.HasKey(c => new { c.JobNo, c.Seq });
            chunk.Property(c => c.JobNo).HasColumnName("job_no");
            chunk.Property(c => c.Seq).HasColumnName("seq");
            chunk.Property(c => c.Body).HasColumnName("body");
        });
        model.Entity<ImportReject>(reject =>
        {
            reject.ToTable("import_rejects");
            reject.HasKey(r => new { r.JobNo, r.No });
            reject.Property(r => r.JobNo).HasColumnName("job_no");
            reject.Property(r => r.No).HasColumnName("no");
            reject.Property(r => r.Line).HasColumnName("line");
            reject.Property(r => r.Reason).HasColumnName("reason");
        });
        return model;
    }
}
