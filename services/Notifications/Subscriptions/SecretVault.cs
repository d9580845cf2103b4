using System.Security.Cryptography;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>
/// Seals signing secrets for the database with AES-256-GCM, bound to their subscription: a row copied to another subscription
/// does not open. A stolen dump of the database signs nothing without the key file.
/// </summary>
/// <remarks>
/// Sealed: format 1, 4 bytes naming the key, 12 of nonce, 16 of tag, then the ciphertext. The first key seals, all of them open,
/// so a key is replaced by putting a new one above it and rotating at leisure.
/// </remarks>
internal sealed class SecretVault
{
    private const byte Format = 1;
    private const int NonceAt = 5, TagAt = 17, CiphertextAt = 33;

    private readonly IReadOnlyList<(byte[] Name, byte[] Key)> _keys;

    /// <param name="keys">AES-256 keys, newest first.</param>
    public SecretVault(IReadOnlyList<byte[]> keys)
    {
        if (keys.Count == 0 || keys.Any(k => k.Length != 32))
            throw new ArgumentException("Signing secrets are sealed with keys of 32 bytes, and there must be one.", nameof(keys));
        _keys = [.. keys.Select(k => (SHA256.HashData(k)[..4], k))];
    }

    public byte[] Seal(WebhookSecret secret, Guid subscription)
    {
        var (name, key) = _keys[0];
        var box = new byte[CiphertextAt + secret.Key.Length];
        box[0] = Format;
        name.CopyTo(box, 1);
        RandomNumberGenerator.Fill(box.AsSpan(NonceAt, TagAt - NonceAt));
        using var aes = new AesGcm(key, CiphertextAt - TagAt);
        aes.Encrypt(box.AsSpan(NonceAt, TagAt - NonceAt), secret.Key, box.AsSpan(CiphertextAt),
            box.AsSpan(TagAt, CiphertextAt - TagAt), subscription.ToByteArray());
        return box;
    }

    /// <exception cref="CryptographicException">No key that opens it, or it was tampered with or belongs to another subscription.</exception>
    public WebhookSecret Open(ReadOnlySpan<byte> box, Guid subscription)
    {
        if (box.Length <= CiphertextAt || box[0] != Format) throw new CryptographicException("Not a sealed signing secret.");
        foreach (var (name, key) in _keys)
        {
            if (!box.Slice(1, name.Length).SequenceEqual(name)) continue;
            var secret = new byte[box.Length - CiphertextAt];
            using var aes = new AesGcm(key, CiphertextAt - TagAt);
            aes.Decrypt(box[NonceAt..TagAt], box[CiphertextAt..], box[TagAt..CiphertextAt], secret, subscription.ToByteArray());
            return new WebhookSecret(secret);
        }
        throw new CryptographicException("The key that sealed this signing secret is not in the key file.");
    }
}
