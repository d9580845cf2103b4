using System.Security.Cryptography;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>
/// The file of <c>Webhooks:KeyFile</c>: one base64 key of 32 bytes a line, newest first, shared by all replicas (a mounted secret,
/// or a file under the platform's data folder). Where there is none it is made, readable by its owner alone.
/// </summary>
internal static class KeyFile
{
    /// <summary>Where nothing is configured: under the platform's data folder, else the user's own.</summary>
    /// <param name="platformData"><c>PLATFORM_DATA</c>, which <c>./run</c> sets.</param>
    public static string DefaultPath(string? platformData)
    {
        var folder = string.IsNullOrEmpty(platformData)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "chokepoint")
            : Path.Combine(platformData, "keys");
        return Path.Combine(folder, "webhook-secrets.key");
    }

    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public static IReadOnlyList<byte[]> ReadOrCreate(string path)
    {
        if (!File.Exists(path)) Create(path);
        var keys = new List<byte[]>();
        foreach (var line in File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var key = new byte[32];
            if (!Convert.TryFromBase64String(line, key, out var length) || length != key.Length)
                throw new InvalidDataException($"{path} must hold base64 keys of 32 bytes, one a line (openssl rand -base64 32).");
            keys.Add(key);
        }
        if (keys.Count == 0) throw new InvalidDataException($"{path} holds no key: put one there (openssl rand -base64 32).");
        return keys;
    }

    // Written beside its place and then linked into it, so that of replicas starting together one wins and none reads half a key.
    private static void Create(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(draft, options))
            writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
