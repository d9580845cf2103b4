using System.Globalization;
using Chokepoint.Testing.Platforms;
using Npgsql;

namespace Chokepoint.Bench.Soak;

/// <summary>What the platform holds at one moment.</summary>
/// <param name="ServicesMemory">Of all services, MB; what processes share is counted once (Linux's proportional set size).</param>
/// <param name="ServersMemory">Of Postgres with all its sessions and of RabbitMQ, MB.</param>
/// <param name="Connections">Sessions of Postgres.</param>
/// <param name="WorkTables">On disk, MB: outbox, work, quarantine and dead letters, which hold nothing when all is done.</param>
internal sealed record Look(double ServicesMemory, double ServersMemory, double Connections, double WorkTables)
{
    private const double Megabyte = 1024 * 1024;
    private static readonly string[] Servers = ["Postgres", "RabbitMQ"];

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
                .ToLookup(process => Servers.Contains(roots[process.Root!.Value], StringComparer.Ordinal), process => MemoryOf(process.Id));
            var servers = new PlatformServers(platform.DataFolder);
            var connections = await servers.CountAsync("controlsdb", "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'");
            var tables = 0.0;
            foreach (var database in PlatformServers.Databases) tables += (await servers.QueryAsync(database, Sizes, row => row.GetDouble(0))).Single();
            return new Look(memory[false].Sum() / Megabyte, memory[true].Sum() / Megabyte, connections, tables / Megabyte);
        }
        catch (Exception away) when (away is NpgsqlException or IOException)
        {
            return null;
        }
    }

    /// <summary>Bytes, as proc_pid_smaps_rollup(5) has it; nothing for a process that ended in between.</summary>
    private static double MemoryOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup").First(text => text.StartsWith("Pss:", StringComparison.Ordinal));
            return 1024 * double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception ended) when (ended is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return 0;
        }
    }
}
