using System.Security.Cryptography;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Notices;

namespace Chokepoint.ExportControls.Registry;

/// <summary>
/// The real notices that ship with the platform, as facts with their sources. It knows what was published up to its
/// <see cref="AsOf"/>; a schedule in it may have been extended since.
/// </summary>
/// <param name="Notices">In the order of their announcement, so that every target stands before what acts on it.</param>
/// <param name="ContentHash">Of the file: another one is another edition.</param>
internal sealed record ShippedRegistry(DateOnly AsOf, IReadOnlyList<NoticeDocument> Notices, string ContentHash)
{
    public static ShippedRegistry Read()
    {
        using var stream = typeof(ShippedRegistry).Assembly.GetManifestResourceStream("registry.notices.json")
            ?? throw new InvalidOperationException("The shipped notices are not embedded.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var file = JsonSerializer.Deserialize<RegistryFile>(memory.ToArray(), EventJson.Strict)!;
        return new ShippedRegistry(
            file.AsOf, [.. file.Notices.Select(n => n.ToDocument())], Convert.ToHexStringLower(SHA256.HashData(memory.ToArray())));
    }
}

/// <summary>As the file is written: notices in the form in which a client would post them.</summary>
internal sealed record RegistryFile(int Edition, DateOnly AsOf, string Origin, IReadOnlyList<NoticeRequest> Notices);
