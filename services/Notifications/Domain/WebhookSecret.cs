using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Chokepoint.Notifications.Domain;

/// <summary>A signing secret of Standard Webhooks 1.0: 24 to 64 random bytes, written <c>whsec_</c> and base64. Never in logs: it prints as stars.</summary>
internal sealed class WebhookSecret(byte[] key)
{
    private const string Prefix = "whsec_";

    public ReadOnlySpan<byte> Key => key;

    public static WebhookSecret Create() => new(RandomNumberGenerator.GetBytes(32));

    /// <summary>As the subscriber is shown it, once.</summary>
    public string Reveal() => Prefix + Convert.ToBase64String(key);

    public override string ToString() => Prefix + "***";

    /// <summary><c>v1,</c> and the base64 HMAC-SHA256 of <c>id.timestamp.body</c>.</summary>
    /// <param name="id">Holds no full stop (the platform's are GUIDs), so that the three parts cannot be cut otherwise.</param>
    /// <param name="timestamp">Seconds since 1970, of this attempt.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }
}
