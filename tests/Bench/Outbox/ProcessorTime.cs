using System.Globalization;

namespace Chokepoint.Bench.Outbox;

/// <summary>
/// Processor time of this process and of the servers with all their children, from Linux's <c>/proc</c>. On a machine that does
/// other work at the same time it is what can be compared, where wall time cannot.
/// </summary>
internal sealed class ProcessorTime(int postgres, int broker)
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    /// <summary>Seconds so far: this process, Postgres, RabbitMQ.</summary>
    public (double Own, double Postgres, double Broker) Read()
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? Stat(id) : null)
            .OfType<Process>().ToDictionary(process => process.Id);
        return (Environment.CpuUsage.TotalTime.TotalSeconds, OfTree(all, postgres), OfTree(all, broker));
    }

    private static double OfTree(Dictionary<int, Process> all, int root) =>
        all.Values.Where(process => IsWithin(all, process, root)).Sum(process => process.Seconds);

    private static bool IsWithin(Dictionary<int, Process> all, Process process, int root)
    {
        for (var current = process; current is not null; current = all.GetValueOrDefault(current.Parent))
            if (current.Id == root) return true;
        return false;
    }

    /// <summary>Fields of proc(5): the name may hold spaces, so counting begins after its parenthesis.</summary>
    private static Process? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)); // its own, and of its ended children
            return new Process(id, int.Parse(fields[1], CultureInfo.InvariantCulture), ticks / TicksPerSecond);
        }
        catch (IOException)
        {
            return null; // ended in between
        }
    }

    private sealed record Process(int Id, int Parent, double Seconds);
}
