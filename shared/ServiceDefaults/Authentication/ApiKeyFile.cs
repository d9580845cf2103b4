using System.Text.Json;
using Chokepoint.Contracts;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// The operator's key file: <c>[{"name":"acme","sha256":"&lt;64 hex digits&gt;","scopes":["controls:write"]}]</c>. Two entries may share a
/// name, so that a new key works before the old one goes.
/// </summary>
internal static class ApiKeyFile
{
    private const int LivePerName = 2;

    private sealed record Entry(string? Name, string? Sha256, string[]? Scopes);

    /// <exception cref="InvalidDataException">One sentence that says which entry is wrong and how.</exception>
    public static IReadOnlyList<ApiKey> Read(string path)
    {
        Entry[]? entries;
        try
        {
            entries = JsonSerializer.Deserialize<Entry[]>(File.ReadAllBytes(path), EventJson.Strict);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"The key file {path} is not a JSON list of name, sha256 and scopes: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The key file {path} (Keys__File) cannot be read: {fault.Message}", fault);
        }

        var keys = (entries ?? []).Select((entry, index) => Check(path, entry, index)).ToList();
        if (keys.GroupBy(key => key.Name, StringComparer.Ordinal).FirstOrDefault(name => name.Count() > LivePerName) is { } crowded)
            throw new InvalidDataException($"The key file {path} has {crowded.Count()} keys named {crowded.Key}: two may live at a time, for rotation.");
        if (keys.GroupBy(key => Convert.ToHexString(key.Sha256), StringComparer.Ordinal).FirstOrDefault(hash => hash.Count() > 1) is { } twice)
            throw new InvalidDataException($"The key file {path} has one key twice, under {string.Join(" and ", twice.Select(key => key.Name))}.");
        return keys;
    }

    private static ApiKey Check(string path, Entry? entry, int index)
    {
        InvalidDataException Wrong(string what) => new($"The key file {path}, entry {index + 1}: {what}");

        if (string.IsNullOrWhiteSpace(entry?.Name))
            throw Wrong("name is missing.");
        if (entry.Sha256 is not { Length: 64 } hex || !hex.All(char.IsAsciiHexDigit))
            throw Wrong($"sha256 of {entry.Name} must be 64 hexadecimal digits, the SHA-256 of the key.");
        if (entry.Scopes is not { Length: > 0 } scopes)
            throw Wrong($"scopes of {entry.Name} are missing.");
        if (scopes.FirstOrDefault(scope => !Scopes.All.Contains(scope, StringComparer.Ordinal)) is { } unknown)
            throw Wrong($"{unknown} is not a scope; there are {string.Join(", ", Scopes.All)}.");
        return new ApiKey(entry.Name, Convert.FromHexString(hex), Scopes.Implied(scopes));
    }
}
