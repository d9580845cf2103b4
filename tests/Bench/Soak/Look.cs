using System.Globalization;
using Chokepoint.Testing.Platforms;
using Npgsql;

namespace Chokepoint.Bench.Soak;

/// <summary>What the platform holds at one moment.</summary>
/// <param name="ServicesMemory">Of all services, MB; what processes share is counted once (Linux's proportional set size).</param>
/// <param name="Postgres">Of its processes, all sessions included, without what they share, MB.</param>
/// <param name="PostgresShared">What they share, MB: its cache of pages, reserved at the start, of which each page counts from its first use.</param>
/// <param name="RabbitMq">Of its processes, MB.</param>
/// <param name="Connections">Sessions of Postgres.</param>
/// <param name="WorkTables">On disk, MB: outbox, work, quarantine and dead letters, which hold nothing when all is done.</param>
internal sealed record Look(double ServicesMemory, double Postgres, double PostgresShared, double RabbitMq, double Connections, double WorkTables)
{
    private const double Megabyte = 1024 * 1024;
    private const string PostgresName = "Postgres", RabbitMqName = "RabbitMQ";

    private const string Sizes = """
        SELECT coalesce(sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass)), 0)::float8 FROM pg_tables
        WHERE (schemaname = 'messaging' AND tablename IN ('outbox', 'quarantine', 'dead_letters', 'suspects')) OR tablename = 'rescore_work'
        """;

    /// <returns>Null while Postgres is away, or a process is.</returns>
    public static async Task<Look?> TakeAsync(PlatformProcess platform)
    {
        try
        {
            var roots = platform.Running.ToDictionary(entry => entry.Process.Id, entry => entry.Name);
            var all = ProcessTree.Read();
            var memory = all.Values.Select(process => (Root: ProcessTree.Ancestor(all, process, roots.ContainsKey), process.Id))
                .Where(process => process.Root is not null)
                .ToLookup(process => roots[process.Root!.Value], process => MemoryOf(process.Id), StringComparer.Ordinal);
            double Own(string name) => memory[name].Sum(process => process.Own) / Megabyte;
            var servers = new PlatformServers(platform.DataFolder);
            var connections = await servers.CountAsync("controlsdb", "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'");
            var tables = 0.0;
            foreach (var database in PlatformServers.Databases) tables += (await servers.QueryAsync(database, Sizes, row => row.GetDouble(0))).Single();
            return new Look(
                memory.Select(process => process.Key).Except([PostgresName, RabbitMqName], StringComparer.Ordinal).Sum(Own),
                Own(PostgresName), memory[PostgresName].Sum(process => process.Shared) / Megabyte, Own(RabbitMqName), connections, tables / Megabyte);
        }
        catch (Exception away) when (away is NpgsqlException or IOException)
        {
            return null;
        }
    }

    /// <summary>Bytes of a process: its own, and of memory made to be shared; nothing of one that ended in between.</summary>
    private static (double Own, double Shared) MemoryOf(int process)
    {
        try
        {
            // proc_pid_smaps_rollup(5): what several processes map is divided among them.
            var sizes = File.ReadLines($"/proc/{process}/smaps_rollup").Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .ToDictionary(line => line[0], line => 1024 * double.Parse(line[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
            return (sizes["Pss:"] - sizes["Pss_Shmem:"], sizes["Pss_Shmem:"]);
        }
        catch (Exception ended) when (ended is IOException or UnauthorizedAccessException or KeyNotFoundException)
        {
            return (0, 0);
        }
    }
}
