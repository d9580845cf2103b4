using Chokepoint.Contracts;
using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Data;

/// <summary>An event as it leaves the platform, stored once for all who get it, with what filters ask about.</summary>
internal sealed class OutgoingEvent
{
    public required Guid Id { get; init; }
    public required string Type { get; init; }
    public required string Subject { get; init; }

    /// <summary>When the change was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When the notice that led to it was accepted, where one did: the start of "notice to webhook".</summary>
    public DateTimeOffset? NoticedAt { get; init; }

    /// <summary>When it was stored here, by the database's clock.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The exact bytes that are signed and sent.</summary>
    public required byte[] Body { get; init; }

    /// <summary>W3C trace context of the message that brought it, which the attempts continue.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Null means everyone.</summary>
    public required string[]? Economies { get; init; }

    public required string[] ExcludedEconomies { get; init; }
    public required string[] Minerals { get; init; }
    public RiskLevel? Level { get; init; }
    public double? Change { get; init; }

    /// <summary>True for a test of an endpoint, which no filter, preview or recovery ever finds.</summary>
    public bool IsTest => Type == CloudEventTypes.SubscriptionTest;

    public EventFacets Facets => new(Type, Economies, ExcludedEconomies, Minerals, Level, Change);
}
