using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chokepoint.Testing.Webhooks;

namespace Chokepoint.Testing.Ledger;

/// <summary>An importing economy and a mineral, which have a score together.</summary>
public readonly record struct Pair(string Economy, string Mineral)
{
    public override string ToString() => $"{Economy}/{Mineral}";
}

/// <summary>A notice of one clause that the API accepted, and the pairs it has to show in.</summary>
public sealed record SentNotice(string Subject, IReadOnlyList<Pair> Pairs);

/// <summary>A revision as the service that owns the scores has stored it.</summary>
/// <param name="Causes">The events of control notices that it answers to; a passing day is no event.</param>
public sealed record StoredRevision(Pair Pair, long Version, bool HasScore, IReadOnlyList<Guid> Causes);

/// <summary>One HTTP delivery as the subscriber got it.</summary>
/// <param name="Id">The header <c>webhook-id</c>.</param>
/// <param name="EventId">The CloudEvents <c>id</c> in the body.</param>
/// <param name="Subject">CloudEvents <c>subject</c>: <c>CHN/2024-46/2</c>, or <c>USA/gallium</c>.</param>
/// <param name="Version">Of the score it reports; null when it reports something else.</param>
/// <param name="Reports">Equal for two deliveries that report the same thing, whatever they call it.</param>
/// <param name="BodyHash">Of the exact bytes.</param>
/// <param name="IsSigned">By the subscription's secret, at a time that a receiver accepts.</param>
public sealed record HeardWebhook(
    string Id, string EventId, string Type, string Subject, long? Version, string Reports, string BodyHash, bool IsSigned)
{
    public const string ScoreChanged = "chokepoint.risk.score-changed.v1";
    public const string StateChanged = "chokepoint.control.state-changed.v1";

    public static HeardWebhook Of(ReceivedWebhook received, string secret)
    {
        using var json = JsonDocument.Parse(received.Body);
        var root = json.RootElement;
        var (type, subject, data) = (root.GetProperty("type").GetString()!, root.GetProperty("subject").GetString()!, root.GetProperty("data"));
        long? version = type == ScoreChanged ? data.GetProperty("current").GetProperty("version").GetInt64() : null;
        var reports = version is { } v ? FormattableString.Invariant($"{type} {subject} version {v}") : $"{type} {subject} {HashOf(data.GetRawText())}";
        return new HeardWebhook(
            received.Id, root.GetProperty("id").GetString()!, type, subject, version, reports, HashOf(received.Body),
            received.IsSignedBy(secret, TimeSpan.FromMinutes(5)));
    }

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
