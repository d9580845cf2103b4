using System.Globalization;
using Chokepoint.LocalHosting.Servers;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>The platform's data folder, held by one platform at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private const long LeastFreeBytes = 256L << 20;

    private readonly FileStream held;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        this.held = held;
        Processes = new ProcessRecord(File("processes.json"));
    }

    public string Path { get; }

    public ProcessRecord Processes { get; }

    /// <exception cref="LocalHostingException">Another platform holds it, or it holds somebody else's files, it cannot be read or written, or its disk is nearly full.</exception>
    public static async Task<DataFolder> OpenAsync(PlatformSettings settings, PlatformConsole console, CancellationToken cancellationToken)
    {
        var path = settings.DataFolder;
        FileStream opened;
        try
        {
            if (IsSomebodyElses(path))
            {
                throw new LocalHostingException(
                    $"{path} holds files that are not the platform's, and --fresh would delete them one day: give it a folder of its own with PLATFORM_DATA.");
            }
            Directory.CreateDirectory(path);
            opened = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (Directory.Exists(path) && System.IO.File.Exists(System.IO.Path.Combine(path, "lock")))
        {
            throw new LocalHostingException($"Another platform runs on the data in {path}: stop it, or give this one its own folder with PLATFORM_DATA.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalHostingException($"The data folder {path} cannot be read and written ({e.Message}): make it so, or name another with PLATFORM_DATA.", e);
        }

        var folder = new DataFolder(path, opened);
        var ended = await folder.Processes.EndLeftoversAsync(cancellationToken);
        if (ended.Count > 0) console.Announce($"An earlier run was cut off; ended what it left: {string.Join(", ", ended)}.");
        if (settings.Fresh) folder.Empty();
        folder.MustHaveRoom();
        return folder;
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => held.Dispose();

    /// <summary>Never opened by a platform, and not empty but for what an operator or the other engine puts there.</summary>
    private static bool IsSomebodyElses(string path) => Directory.Exists(path) && !System.IO.File.Exists(System.IO.Path.Combine(path, "lock"))
        && new DirectoryInfo(path).EnumerateFileSystemInfos().Any(entry => entry.Name is not ("hold" or "keys" or "ops-key" or "lost+found"));

    private void Empty()
    {
        PostgresProcess.DeleteData(Path);
        foreach (var entry in new DirectoryInfo(Path).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo directory && directory.LinkTarget is null) directory.Delete(recursive: true);
            else if (entry.Name != "lock") entry.Delete();
        }
    }

    private void MustHaveRoom()
    {
        var free = new DriveInfo(Path).AvailableFreeSpace;
        if (free >= LeastFreeBytes) return;
        throw new LocalHostingException(string.Create(
            CultureInfo.InvariantCulture,
            $"The disk that holds {Path} has {free >> 20} MB left, too little for the broker and the database: free at least {LeastFreeBytes >> 20} MB, or name another folder with PLATFORM_DATA."));
    }
}
