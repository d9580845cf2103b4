using System.Diagnostics;
using System.Security.Cryptography;

namespace Chokepoint.Notifications.Subscriptions;

/// <summary>
/// The file of <c>Webhooks:KeyFile</c>: one base64 key of 32 bytes a line, newest first, shared by all replicas (a mounted secret,
/// or, where the AppHost starts them, a file under the platform's data folder). Where there is none it is made, readable by its owner alone.
/// </summary>
internal static class KeyFile
{
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(1);

    /// <summary>Where nothing is configured: in the user's own data folder.</summary>
    public static string DefaultPath => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "chokepoint", "webhook-secrets.key");

    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public static IReadOnlyList<byte[]> ReadOrCreate(string path)
    {
        if (!File.Exists(path)) Create(path);
        var keys = new List<byte[]>();
        foreach (var line in Written(path).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var key = new byte[32];
            if (!Convert.TryFromBase64String(line, key, out var length) || length != key.Length)
                throw new InvalidDataException($"{path} must hold base64 keys of 32 bytes, one a line (openssl rand -base64 32).");
            keys.Add(key);
        }
        if (keys.Count == 0) throw new InvalidDataException($"{path} holds no key: put one there (openssl rand -base64 32).");
        return keys;
    }

    // The file system lets one of the replicas that start together make the file. (A move that must not overwrite is not one step for it:
    // two can succeed, and the first to read would seal with a key that is gone.)
    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using var writer = new StreamWriter(path, options);
            writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another was first.
        }
    }

    /// <summary>Its lines, waited for a moment where another has made the file and not written its one line yet.</summary>
    private static string[] Written(string path)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var text = File.ReadAllText(path);
            if (text.Length > 0 || Stopwatch.GetElapsedTime(begun) > MostPatience) return text.Split('\n');
            Thread.Sleep(20);
        }
    }
}
