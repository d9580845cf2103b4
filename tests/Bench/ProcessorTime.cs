namespace Chokepoint.Bench;

/// <summary>Processor time of this process and of the servers with all their children.</summary>
internal sealed class ProcessorTime(int postgres, int broker)
{
    /// <summary>Seconds so far of a process and all that it started.</summary>
    public static double Of(int root) => OfTree(ProcessTree.Read(), root);

    /// <summary>Seconds so far: this process, Postgres, RabbitMQ.</summary>
    public (double Own, double Postgres, double Broker) Read()
    {
        var all = ProcessTree.Read();
        return (Environment.CpuUsage.TotalTime.TotalSeconds, OfTree(all, postgres), OfTree(all, broker));
    }

    private static double OfTree(Dictionary<int, ProcessStat> all, int root) =>
        all.Values.Where(process => ProcessTree.Ancestor(all, process, id => id == root) is not null).Sum(process => process.Seconds);
}
