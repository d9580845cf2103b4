using System.Text.Json;
using System.Text.Json.Serialization;
using Chokepoint.Notifications.Data;

namespace Chokepoint.Notifications.Deliveries;

/// <summary>One event for one subscription, and how far it is.</summary>
internal sealed record DeliveryResponse
{
    public required Guid Id { get; init; }
    public required Guid SubscriptionId { get; init; }

    /// <summary>The CloudEvents <c>id</c>, which is the <c>webhook-id</c> of every attempt.</summary>
    public required Guid EventId { get; init; }

    public required string EventType { get; init; }
    public required string Subject { get; init; }

    /// <summary><c>pending</c>, <c>delivered</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>How many attempts were made.</summary>
    public required int AttemptCount { get; init; }

    /// <summary>When the next attempt is due (while one is under way: when it would be taken for lost); null when none will be made.</summary>
    public required DateTimeOffset? NextAttemptAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Why it was given up: the error class of its last attempt, or <c>subscription-disabled</c>.</summary>
    public required string? Failure { get; init; }

    /// <summary>Every attempt, first to last; only where one delivery is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AttemptResponse>? Attempts { get; init; }

    /// <summary>The body as it is sent; only where one delivery is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Event { get; init; }

    public static DeliveryResponse Of(Delivery d, string eventType, string subject) => new()
    {
        Id = d.Id,
        SubscriptionId = d.SubscriptionId,
        EventId = d.EventId,
        EventType = eventType,
        Subject = subject,
        State = JsonNamingPolicy.CamelCase.ConvertName(d.State.ToString()),
        AttemptCount = d.Attempts,
        NextAttemptAt = d.State is DeliveryState.Pending ? d.DueAt : null,
        CreatedAt = d.CreatedAt,
        CompletedAt = d.CompletedAt,
        Failure = d.Failure,
    };
}

/// <summary>One POST and what came of it.</summary>
/// <param name="StatusCode">Null when no answer came.</param>
/// <param name="Error">
/// Null for a success, else <c>status</c>, <c>redirect</c>, <c>timeout</c>, <c>name-not-resolved</c>, <c>address-forbidden</c>,
/// <c>plain-http-forbidden</c>, <c>connection-failed</c>, <c>tls</c>, <c>protocol</c> or <c>secret-unreadable</c>.
/// </param>
/// <param name="ResponseBody">The first 1,024 bytes.</param>
/// <param name="RequestId">The receiver's <c>x-request-id</c>.</param>
internal sealed record AttemptResponse(
    int Number, DateTimeOffset StartedAt, double DurationMs, int? StatusCode, string? Error, string? ResponseBody, string? RequestId, string? TraceId)
{
    public static AttemptResponse Of(Attempt a) =>
        new(a.Number, a.StartedAt, Math.Round(a.DurationMs, 3), a.StatusCode, a.Error, a.ResponseBody, a.RequestId, a.TraceId);
}
