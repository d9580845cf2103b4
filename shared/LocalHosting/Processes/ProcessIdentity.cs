using System.Diagnostics;
using System.Globalization;

namespace Chokepoint.LocalHosting.Processes;

/// <summary>
/// A process that stays the same process: an id alone is reused by the system, an id with its start time is not.
/// </summary>
/// <param name="Id">The system's process id.</param>
/// <param name="Started">On Linux the start in clock ticks since boot (proc(5), <c>stat</c> field 22); elsewhere in UTC ticks.</param>
public sealed record ProcessIdentity(int Id, long Started)
{
    /// <returns>Null when no such process lives. A zombie, which only waits for its parent to look, does not live.</returns>
    public static ProcessIdentity? Of(int processId)
    {
        if (OperatingSystem.IsLinux()) return OfLinux(processId);
        try
        {
            using var process = Process.GetProcessById(processId);
            return new ProcessIdentity(processId, process.StartTime.ToUniversalTime().Ticks);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    public bool IsAlive() => Of(Id) == this;

    /// <summary>The ids of all living processes of the session that <paramref name="leader"/> opened, itself included (Linux).</summary>
    public static IReadOnlyList<int> InSession(int leader)
    {
        if (!OperatingSystem.IsLinux()) return Of(leader) is null ? [] : [leader];
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            if (ReadStat(id) is { } stat && stat.Session == leader && stat.State != 'Z') found.Add(id);
        }
        return found;
    }

    private static ProcessIdentity? OfLinux(int processId) =>
        ReadStat(processId) is { State: not 'Z' and not 'X' } stat ? new ProcessIdentity(processId, stat.Started) : null;

    private static (char State, int Session, long Started)? ReadStat(int processId)
    {
        try
        {
            // The command, in parentheses, may itself hold spaces and parentheses: the fields are counted from the last one.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[3], CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
