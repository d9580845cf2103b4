using System.Globalization;

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
            var ticks = fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
            return new ProcessStat(id, int.Parse(fields[1], CultureInfo.InvariantCulture), ticks / TicksPerSecond);
        }
        catch (IOException)
        {
            return null; // ended in between
        }
    }
}
