using System.Security.Cryptography;

namespace Chokepoint.LocalHosting.Servers;

/// <summary>Passwords and keys of one installation: made once, kept under its data folder, readable by its owner only.</summary>
public static class Secrets
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    /// <summary>The secret in a file, made and written there when the file is not there yet.</summary>
    public static async Task<(string Secret, bool IsNew)> GetOrCreateAsync(string file, CancellationToken cancellationToken)
    {
        if (File.Exists(file)) return ((await File.ReadAllTextAsync(file, cancellationToken)).Trim(), false);
        var secret = New();
        await WriteAsync(file, secret, cancellationToken);
        return (secret, true);
    }

    public static async Task WriteAsync(string file, string content, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(file, options);
        await writer.WriteLineAsync(content.AsMemory(), cancellationToken);
    }
}
