using System.Security.Cryptography;
using System.Text;

namespace Chokepoint.ServiceDefaults;

/// <summary>A key as the platform knows it: never the key itself, only its SHA-256.</summary>
/// <remarks>
/// A plain hash suffices, with no salt and no stretching, because keys are random and long: there is nothing to guess (NIST SP
/// 800-63B section 5.1.2 on look-up secrets of 112 bits or more).
/// </remarks>
internal sealed record ApiKey(string Name, byte[] Sha256, IReadOnlySet<string> Scopes)
{
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    public bool Matches(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(hash, Sha256);
}
