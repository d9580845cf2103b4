using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Drafts;

/// <summary>What a document of a feed has become.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DraftState>))]
internal enum DraftState
{
    /// <summary>Waits for somebody to confirm, edit or reject it.</summary>
    [JsonStringEnumMemberName("pending")] Pending,

    /// <summary>Recorded as a notice.</summary>
    [JsonStringEnumMemberName("confirmed")] Confirmed,

    [JsonStringEnumMemberName("rejected")] Rejected,

    /// <summary>The document could not be read; it is kept as it came, with the reason.</summary>
    [JsonStringEnumMemberName("unreadable")] Unreadable,

    /// <summary>It was read, and by its words it is not about exports of minerals; kept, with the reason, for whoever knows better.</summary>
    [JsonStringEnumMemberName("set-aside")] SetAside,
}

/// <summary>A notice in the making: what feeds said, and what a reviewer made of it.</summary>
internal sealed class DraftRow
{
    /// <summary>In the order in which they came.</summary>
    public long No { get; init; }

    public required Guid Id { get; init; }
    public required DraftState State { get; set; }

    /// <summary>Why it is not pending: unread, set aside, rejected.</summary>
    public string? Reason { get; set; }

    /// <summary>As in <see cref="Notice"/>; with the number it says which notice this is, so that another feed's word of it comes here too.</summary>
    public string? Issuer { get; set; }

    /// <summary>As in its <see cref="Domain.NoticeKey"/>.</summary>
    public string? NumberKey { get; set; }

    /// <summary>The notice with its gaps, in the form of POST /notices; edits are in it.</summary>
    public required string Notice { get; set; }

    /// <summary>The same before any edit.</summary>
    public required string AsRead { get; set; }

    /// <summary>By JSON Pointer into the notice.</summary>
    public required string Passages { get; set; }

    public required string Unread { get; set; }

    /// <summary>The notice that this would correct: its document was revised after it was confirmed.</summary>
    public Guid? Corrects { get; init; }

    /// <summary>The revision of that notice from which this goes on.</summary>
    public int? CorrectsRevision { get; set; }

    /// <summary>The draft of an earlier version of the document.</summary>
    public Guid? PreviousId { get; init; }

    /// <summary>The notice that it became.</summary>
    public Guid? NoticeId { get; set; }

    /// <summary>Name of the key that decided.</summary>
    public string? DecidedBy { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }
    public int Version { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public List<DraftSourceRow> Sources { get; init; } = [];
}

/// <summary>A document that speaks of the draft's notice, as it was last seen.</summary>
internal sealed class DraftSourceRow
{
    public required Guid DraftId { get; init; }
    public required string Feed { get; init; }

    /// <summary>What the feed calls the document.</summary>
    public required string Key { get; init; }

    public string? Url { get; set; }

    /// <summary>Which of the notice's clauses it tells of: a feed may give each clause as a document of its own.</summary>
    public required int Clause { get; init; }

    /// <summary>As received, up to a length.</summary>
    public required string Content { get; set; }

    /// <summary>The notice as read from this document alone.</summary>
    public required string Reading { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }
    public required DateTimeOffset LastSeenAt { get; set; }
}

internal static class DraftTables
{
    public static ModelBuilder AddDraftTables(this ModelBuilder model)
    {
        model.Entity<DraftRow>(draft =>
        {
            draft.ToTable("drafts");
            draft.HasKey(d => d.Id);
            draft.Property(d => d.Id).ValueGeneratedNever();
            draft.Property(d => d.No).UseIdentityAlwaysColumn();
            draft.HasIndex(d => d.No).IsUnique();
            draft.Property(d => d.State).HasConversion<string>();
            draft.HasIndex(d => new { d.State, d.No });
            // One open draft a notice, whoever tells of it.
            draft.HasIndex(d => new { d.Issuer, d.NumberKey }).IsUnique()
                .HasFilter("state IN ('Pending', 'SetAside', 'Unreadable') AND issuer IS NOT NULL AND number_key IS NOT NULL");
            draft.Property(d => d.Notice).HasColumnType("jsonb");
            draft.Property(d => d.AsRead).HasColumnType("jsonb");
            draft.Property(d => d.Passages).HasColumnType("jsonb");
            draft.Property(d => d.Unread).HasColumnType("jsonb");
            draft.Property(d => d.Version).IsConcurrencyToken();
            draft.HasMany(d => d.Sources).WithOne().HasForeignKey(s => s.DraftId);
        });
        model.Entity<DraftSourceRow>(source =>
        {
            source.ToTable("draft_sources");
            source.HasKey(s => new { s.DraftId, s.Feed, s.Key });
            source.HasIndex(s => new { s.Feed, s.Key });
            source.Property(s => s.Reading).HasColumnType("jsonb");
        });
        return model;
    }
}
