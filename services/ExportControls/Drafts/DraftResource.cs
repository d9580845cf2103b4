using System.Text.Json;
using System.Text.Json.Serialization;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Feeds;
using Chokepoint.ExportControls.Notices;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.ExportControls.Drafts;

/// <summary>A draft as answered: the notice with its gaps, and beside each field the words it was read from.</summary>
internal sealed record DraftResource
{
    public required Guid Id { get; init; }
    public required DraftState State { get; init; }

    /// <summary>Why it was not read, was set aside or was rejected.</summary>
    public string? Reason { get; init; }

    /// <summary>In the form of POST /notices; what could not be read is null.</summary>
    public required NoticeRequest Notice { get; init; }

    /// <summary>By JSON Pointer into the notice: the words that each field was read from, of every source that has it.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<Passage>> Passages { get; init; }

    /// <summary>By JSON Pointer: why nothing stands there, or what null there would mean.</summary>
    public required IReadOnlyDictionary<string, string> Unread { get; init; }

    /// <summary>The fields that a reviewer has made other than they were read.</summary>
    public required IReadOnlyList<string> Edited { get; init; }

    /// <summary>By JSON Pointer: what POST /notices would refuse of it now; empty when it can be confirmed.</summary>
    public required IReadOnlyDictionary<string, string[]> Faults { get; init; }

    public required IReadOnlyList<DraftSource> Sources { get; init; }

    /// <summary>The notice that it corrects when it is confirmed.</summary>
    public Guid? Corrects { get; init; }

    /// <summary>The draft of an earlier version of the document.</summary>
    public Guid? PreviousDraftId { get; init; }

    /// <summary>The notice that it became.</summary>
    public Guid? NoticeId { get; init; }

    public string? DecidedBy { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    public static DraftResource Of(DraftRow draft, bool withContent)
    {
        var notice = NoticeJson.Parse(draft.Notice);
        var request = NoticeJson.ToRequest(notice);
        return new DraftResource
        {
            Id = draft.Id,
            State = draft.State,
            Reason = draft.Reason,
            Notice = request,
            Passages = JsonSerializer.Deserialize<Dictionary<string, IReadOnlyList<Passage>>>(draft.Passages, EventJson.Options)!,
            Unread = JsonSerializer.Deserialize<Dictionary<string, string>>(draft.Unread, EventJson.Options)!,
            Edited = [.. NoticeJson.Differences(NoticeJson.Parse(draft.AsRead), notice)],
            Faults = DraftIntake.IsOpen(draft) ? DraftReview.Faults(request) : new Dictionary<string, string[]>(StringComparer.Ordinal),
            Sources = [.. draft.Sources.OrderBy(s => s.FirstSeenAt).ThenBy(s => s.Feed, StringComparer.Ordinal)
                .Select(s => new DraftSource(s.Feed, s.Key, s.Url, s.FirstSeenAt, s.LastSeenAt, withContent ? s.Content : null))],
            Corrects = draft.Corrects,
            PreviousDraftId = draft.PreviousId,
            NoticeId = draft.NoticeId,
            DecidedBy = draft.DecidedBy,
            DecidedAt = draft.DecidedAt,
            CreatedAt = draft.CreatedAt,
            UpdatedAt = draft.UpdatedAt,
        };
    }

    public static string ETagOf(DraftRow draft) => ETags.OfVersion(draft.Version);
}

/// <param name="Document">What the feed calls the document.</param>
/// <param name="Content">The document as it was received; only where one draft is asked for.</param>
internal sealed record DraftSource(
    string Feed, string Document, string? Url, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Content);
