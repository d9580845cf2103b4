using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Chokepoint.Testing.Webhooks;

/// <summary>One request as it came in, in full.</summary>
/// <param name="Headers">Names in lower case; repeated headers joined by a comma.</param>
/// <param name="Status">What the receiver answered; 0 when it cut the connection instead.</param>
public sealed record ReceivedWebhook(
    DateTimeOffset ReceivedAt, string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body, int Status)
{
    public string Id => Headers["webhook-id"];

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The CloudEvents type.</summary>
    public string Type => Json.GetProperty("type").GetString()!;

    /// <summary>
    /// Whether one of the signatures is right by the Standard Webhooks specification 1.0: HMAC-SHA256 over
    /// <c>id.timestamp.body</c>, keyed by the base64 after <c>whsec_</c>, and the timestamp is no further off than it allows.
    /// </summary>
    public bool IsSignedBy(string secret, TimeSpan? tolerance = null)
    {
        if (!Headers.TryGetValue("webhook-timestamp", out var timestamp) || !Headers.TryGetValue("webhook-signature", out var signatures))
        {
            return false;
        }
        var sentAt = DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture));
        if ((ReceivedAt - sentAt).Duration() > (tolerance ?? TimeSpan.FromMinutes(5))) return false;

        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var expected = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{Id}.{timestamp}.{Body}"));
        return signatures.Split(' ')
            .Where(signature => signature.StartsWith("v1,", StringComparison.Ordinal))
            .Any(signature => CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(signature[3..]), expected));
    }
}
