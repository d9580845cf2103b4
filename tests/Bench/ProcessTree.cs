using System.Globalization;
using System.Runtime.InteropServices;

namespace Chokepoint.Bench;

/// <summary>A process as Linux's <c>/proc</c> tells of it; <paramref name="Seconds"/> of processor time, its own and its ended children's.</summary>
internal sealed record ProcessStat(int Id, int Parent, double Seconds);

/// <summary>
/// Processor time by process and descent. On a machine that does other work at the same time it is what can be compared, where wall
/// time cannot.
/// </summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    public static Dictionary<int, ProcessStat> Read() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? Stat(id) : null)
        .OfType<ProcessStat>().ToDictionary(process => process.Id);

    /// <summary>The nearest of the process itself and those it descends from that is one of the asked; null when none is.</summary>
    public static int? Ancestor(Dictionary<int, ProcessStat> all, ProcessStat process, Func<int, bool> isAsked)
    {
        for (var current = process; current is not null; current = all.GetValueOrDefault(current.Parent))
            if (isAsked(current.Id)) return current.Id;
        return null;
    }

    /// <summary>Fields of proc(5): the name may hold spaces, so counting begins after its parenthesis.</summary>
    private static ProcessStat? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var ofEnded = fields[13..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond;
            return new ProcessStat(id, int.Parse(fields[1], CultureInfo.InvariantCulture), OwnSeconds(id) + ofEnded);
        }
        catch (IOException)
        {
            return null; // ended in between
        }
    }

    /// <summary>By the process's own clock (clock_getcpuclockid(3)), to the nanosecond: proc(5) counts in hundredths of a second.</summary>
    private static double OwnSeconds(int id)
    {
        const int scheduled = 2;
        return ClockGetTime((~id << 3) | scheduled, out var time) == 0 ? time.Seconds + time.Nanoseconds / 1e9 : throw new IOException($"Process {id} has ended.");
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);
}
