using Chokepoint.LocalHosting.Processes;

namespace Chokepoint.LocalHosting.Servers;

/// <summary>Where the data of a private Postgres is kept, and its making.</summary>
internal static class PostgresDataFolder
{
    private const string Elsewhere = "/var/lib/chokepoint";

    /// <summary>
    /// <c>postgres</c> under the platform's data folder. When root runs the platform out of a folder that others may not walk to
    /// (<c>/root</c>), the unprivileged user that Postgres runs as could not reach its data there: it is then kept under
    /// <c>/var/lib</c>, and a link stands in its place.
    /// </summary>
    public static async Task<string> ResolveAsync(string folder, CancellationToken cancellationToken)
    {
        var place = new DirectoryInfo(Path.Combine(folder, "postgres"));
        if (place.LinkTarget is not null && place.ResolveLinkTarget(returnFinalTarget: true) is DirectoryInfo linked)
        {
            if (linked.Exists) return linked.FullName;
            place.Delete();
        }
        else if (place.Exists)
        {
            return place.FullName;
        }

        if (Account.Unprivileged is not { } user)
        {
            CreateOwnerOnly(place.FullName);
            return place.FullName;
        }
        if (await user.CanReachAsync(folder, cancellationToken))
        {
            CreateOwnerOnly(place.FullName);
            await user.GiveAsync(place.FullName, cancellationToken);
            return place.FullName;
        }
        var target = Path.Combine(Elsewhere, Guid.NewGuid().ToString("n"));
        CreateOwnerOnly(target);
        await user.GiveAsync(target, cancellationToken);
        Directory.CreateSymbolicLink(place.FullName, target);
        return target;
    }

    public static async Task InitializeAsync(string dataFolder, PostgresPrograms programs, string password, CancellationToken cancellationToken)
    {
        // What an interrupted initdb left behind would make the next one refuse; without PG_VERSION it is no data.
        foreach (var entry in new DirectoryInfo(dataFolder).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo directory) directory.Delete(recursive: true);
            else entry.Delete();
        }

        var passwordFile = Path.Combine(Path.GetTempPath(), $"chokepoint-{Guid.NewGuid():n}");
        await Secrets.WriteAsync(passwordFile, password, cancellationToken);
        try
        {
            if (Account.Unprivileged is { } user) await user.GiveAsync(passwordFile, cancellationToken);
            var (exitCode, output) = await ChildProcess.RunAsync(
                new ChildProcessStart(
                    "initdb",
                    programs["initdb"],
                    ["-D", dataFolder, "-U", "postgres", $"--pwfile={passwordFile}", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
                {
                    User = Account.Unprivileged,
                },
                cancellationToken);
            if (exitCode != 0) throw new LocalHostingException($"Postgres could not make its data folder {dataFolder}: {output}");
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    /// <summary>Deletes the data, wherever it is kept.</summary>
    public static void Delete(string folder)
    {
        var place = new DirectoryInfo(Path.Combine(folder, "postgres"));
        if (place.LinkTarget is not null && place.ResolveLinkTarget(returnFinalTarget: true) is DirectoryInfo linked)
        {
            if (linked.Exists && linked.FullName.StartsWith(Elsewhere + "/", StringComparison.Ordinal)) linked.Delete(recursive: true);
            place.Delete();
        }
        else if (place.Exists)
        {
            place.Delete(recursive: true);
        }
    }

    private static void CreateOwnerOnly(string path)
    {
        Directory.CreateDirectory(path);
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
