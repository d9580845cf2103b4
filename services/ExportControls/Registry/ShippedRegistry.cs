using System.ComponentModel.DataAnnotations;
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
/// <param name="ContentHash">Of what the file says: another one is another edition.</param>
internal sealed record ShippedRegistry(DateOnly AsOf, IReadOnlyList<NoticeDocument> Notices, string ContentHash)
{
    public static ShippedRegistry Read()
    {
        using var stream = typeof(ShippedRegistry).Assembly.GetManifestResourceStream("registry.notices.json")
            ?? throw new InvalidOperationException("The shipped notices are not embedded.");
        return Of(JsonSerializer.Deserialize<RegistryFile>(stream, EventJson.Strict)!);
    }

    /// <param name="file">Already checked.</param>
    public static ShippedRegistry Of(RegistryFile file) => new(
        file.AsOf!.Value, [.. file.Notices!.Select(n => n.ToDocument())],
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(file, EventJson.Options))));
}

/// <summary>As the file is written: notices in the form in which a client would post them.</summary>
/// <param name="AsOf">The day up to which it was compiled.</param>
/// <param name="Origin">What it was compiled from.</param>
internal sealed record RegistryFile(
    int? Edition, [property: Required] DateOnly? AsOf, string? Origin, [property: Required] IReadOnlyList<NoticeRequest>? Notices);
