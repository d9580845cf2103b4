using System.Text.Json.Serialization;

namespace Chokepoint.Contracts.CloudEvents;

/// <summary>
/// What leaves the platform: a CloudEvents 1.0 event in its JSON format (structured mode), the body of a webhook.
/// </summary>
/// <remarks>
/// <c>timestamp</c> repeats <c>time</c> under the name that Standard Webhooks 1.0 recommends for a payload; to CloudEvents it is an
/// extension attribute.
/// </remarks>
/// <typeparam name="TData">One of the records of <c>CloudEventData.cs</c>.</typeparam>
public sealed record CloudEvent<TData>
{
    [JsonPropertyName("specversion")] public string SpecVersion { get; init; } = "1.0";

    /// <summary>The <see cref="IPlatformEvent.EventId"/>, which is also the <c>webhook-id</c> of every attempt to deliver it.</summary>
    public required string Id { get; init; }

    /// <summary>One of <see cref="CloudEventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The service that announced it: <c>/chokepoint/export-controls</c>.</summary>
    public required string Source { get; init; }

    /// <summary>What it is about, within the source: <c>CHN/2024-46/2</c>, <c>USA/gallium</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>When the change was made, not when it was sent. UTC, as a <see cref="DateTime"/> so that it is written with a <c>Z</c>.</summary>
    public required DateTime Time { get; init; }

    [JsonPropertyName("datacontenttype")] public string DataContentType { get; init; } = "application/json";

    public required DateTime Timestamp { get; init; }

    public required TData Data { get; init; }
}
