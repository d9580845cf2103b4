using System.Security.Cryptography;
using System.Text;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Keeps a kept answer's body unreadable in the database: it may hold a secret that is shown once. The key is derived (HKDF, RFC 5869)
/// from what only the caller has, the API key and the Idempotency-Key, of which the database holds hashes at most.
/// </summary>
internal static class AnswerSeal
{
    private const int Nonce = 12;
    private const int Tag = 16;

    public static byte[] Seal(ReadOnlySpan<byte> body, string authorization, string key, ReadOnlySpan<byte> request)
    {
        var sealedBody = new byte[Nonce + Tag + body.Length];
        RandomNumberGenerator.Fill(sealedBody.AsSpan(0, Nonce));
        using var cipher = new AesGcm(Derive(authorization, key), Tag);
        cipher.Encrypt(sealedBody.AsSpan(0, Nonce), body, sealedBody.AsSpan(Nonce + Tag), sealedBody.AsSpan(Nonce, Tag), request);
        return sealedBody;
    }

    /// <summary>The body, or null for a caller who has not the same API key.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> sealedBody, string authorization, string key, ReadOnlySpan<byte> request)
    {
        var body = new byte[sealedBody.Length - Nonce - Tag];
        using var cipher = new AesGcm(Derive(authorization, key), Tag);
        try
        {
            cipher.Decrypt(sealedBody[..Nonce], sealedBody[(Nonce + Tag)..], sealedBody.Slice(Nonce, Tag), body, request);
            return body;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>What a key is kept under.</summary>
    public static byte[] NameOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static byte[] Derive(string authorization, string key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(authorization), 32, info: Encoding.UTF8.GetBytes("chokepoint kept answer " + key));
}
