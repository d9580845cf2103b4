using System.Globalization;
using Chokepoint.LocalHosting.Processes;
using Npgsql;
using Xunit;

namespace Chokepoint.Testing.Servers;

/// <summary>
/// A file system of its own with little room, which a test fills: what is seen then is what Postgres and the service really do. Root's
/// to make; where that cannot be, the test is skipped and says why.
/// </summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly string place;
    private string? server;
    private string? database;

    private SmallDisk(string place) => this.place = place;

    /// <summary>The connection string of the database that lies on it.</summary>
    /// <exception cref="InvalidOperationException">The disk was put under a folder.</exception>
    public string Database => database ?? throw new InvalidOperationException("This disk was not made with a database.");

    private string Ballast => Path.Combine(place, "ballast");

    /// <summary>A new disk, empty but for what Postgres needs for one database.</summary>
    /// <param name="server">The connection string of any database of the server.</param>
    /// <returns>The disk with a new <see cref="Database"/> that lies on it whole; the server's log lies elsewhere, as it should.</returns>
    public static async Task<SmallDisk> WithDatabaseAsync(string server, int megabytes)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"chokepoint-disk-{Guid.NewGuid():n}");
        await using var connection = new NpgsqlConnection(server + ";Pooling=false");
        await connection.OpenAsync();
        var data = (string)(await ScalarAsync(connection, "SHOW data_directory"))!;
        if (!Directory.Exists(data)) Assert.Skip("The Postgres of these tests does not keep its data on this machine.");
        var disk = await MountAsync(
            $"""mkdir "$0" && mount -t tmpfs -o size={megabytes.ToString(CultureInfo.InvariantCulture)}m tmpfs "$0" && chown --reference="$1" "$0" && chmod 700 "$0" """,
            folder, data);
        (disk.server, disk.database) = (server, new NpgsqlConnectionStringBuilder(server) { Database = NameAt(folder) }.ConnectionString);
        try
        {
            await ScalarAsync(connection, $"CREATE TABLESPACE {NameAt(folder)} LOCATION '{folder}'");
            await ScalarAsync(connection, $"CREATE DATABASE {NameAt(folder)} TABLESPACE {NameAt(folder)}");
            // The new database's files have holes where pages are in memory still. On a full disk they could not be filled, and whoever needs
            // the memory, of whichever database, would be told that the disk is full.
            await ScalarAsync(connection, "CHECKPOINT");
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts a disk under a folder that is there, which keeps what is in it and gets so many megabytes besides.</summary>
    public static Task<SmallDisk> UnderAsync(string folder, int megabytes) => MountAsync(
        $$"""
        mv "$0" "$0.before" && mkdir "$0"
        mount -t tmpfs -o "size=$(( $(du -sk "$0.before" | cut -f1) + {{(megabytes * 1024).ToString(CultureInfo.InvariantCulture)}} ))k" tmpfs "$0"
        cp -a "$0.before/." "$0/" && chown --reference="$0.before" "$0" && chmod 700 "$0"
        """, folder);

    /// <summary>Takes all the room but so many megabytes; the file that does.</summary>
    public string Fill(int leaving = 0)
    {
        using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        var free = new DriveInfo(place).AvailableFreeSpace - (leaving * 1024L * 1024);
        try
        {
            for (var taken = 0L; leaving is 0 || taken < free; taken += block.Length) file.Write(block);
        }
        catch (IOException)
        {
            // full
        }
        return Ballast;
    }

    /// <summary>Gives the room back.</summary>
    public void Empty() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            Empty();
            await using var connection = new NpgsqlConnection(server + ";Pooling=false");
            await connection.OpenAsync();
            await ScalarAsync(connection, $"DROP DATABASE IF EXISTS {NameAt(place)} WITH (FORCE)");
            await ScalarAsync(connection, $"DROP TABLESPACE IF EXISTS {NameAt(place)}");
        }
        await RunAsync("umount -l \"$0\"", place);
        if (server is not null) Directory.Delete(place);
    }

    /// <summary>Of the tablespace and the database on the disk there.</summary>
    private static string NameAt(string folder) => Path.GetFileName(folder).Replace('-', '_');

    private static async Task<SmallDisk> MountAsync(string commands, string folder, params string[] more)
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux()) Assert.Skip("Only root can mount the small disk that this test fills.");
        var (exitCode, output) = await RunAsync(commands, [folder, .. more]);
        if (exitCode is 0) return new SmallDisk(folder);
        if (output.Contains("permission denied", StringComparison.OrdinalIgnoreCase)) Assert.Skip($"This machine does not let root mount a disk: {output}");
        throw new InvalidOperationException($"The small disk was not mounted: {output}");
    }

    private static Task<(int ExitCode, string Output)> RunAsync(string commands, params string[] arguments) =>
        ChildProcess.RunAsync(new ChildProcessStart("disk", "bash", ["-euc", commands, .. arguments]), CancellationToken.None);

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
