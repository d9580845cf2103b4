using Chokepoint.Testing.Platforms;

namespace Chokepoint.Bench.Idle;

/// <summary>
/// What the platform takes when nobody asks it anything: processor time of every service and server over a minute, by Linux's
/// <c>/proc</c>, and the rows that any table gains meanwhile. The engine that started them, a stand-in for a cluster, is not counted.
/// </summary>
internal sealed class IdleBenchmark : IBenchmark
{
    private const double MostPercent = 8;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(120); // what ran often is compiled by then
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(60);

    public string Name => "idle";

    public string Summary => "The share of one core that all services and servers take together when idle, and the rows that tables gain.";

    public async Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken)
    {
        await using var platform = await PlatformProcess.StartAsync();
        var servers = new PlatformServers(platform.DataFolder);
        await Task.Delay(Settled, cancellationToken);

        var rowsBefore = await RowsAsync(servers);
        var before = Seconds(platform);
        var since = TimeProvider.System.GetTimestamp();
        await Task.Delay(Measured, cancellationToken);
        var after = Seconds(platform);
        var elapsed = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        var rowsAfter = await RowsAsync(servers);

        var shares = after.ToDictionary(entry => entry.Key, entry => 100 * (entry.Value - before.GetValueOrDefault(entry.Key)) / elapsed, StringComparer.Ordinal);
        var total = shares.Values.Sum();
        var grown = rowsAfter.Where(table => table.Value > rowsBefore.GetValueOrDefault(table.Key)).ToArray();
        return new BenchmarkResult(
        [
            new("all services and servers", total, "% of one core", $"under {MostPercent} %", total < MostPercent),
            .. shares.OrderByDescending(share => share.Value).Select(share => new Measurement(share.Key, share.Value, "% of one core")),
            new("tables that grew", grown.Length, "tables", "none", grown.Length == 0),
            .. grown.Select(table => new Measurement(table.Key, table.Value - rowsBefore.GetValueOrDefault(table.Key), "rows")),
        ]);
    }

    /// <summary>Seconds of processor time so far, by the resource whose process or descendant spent it.</summary>
    private static Dictionary<string, double> Seconds(PlatformProcess platform)
    {
        var roots = platform.Running.ToDictionary(entry => entry.Process.Id, entry => entry.Name);
        var all = ProcessTree.Read();
        return all.Values
            .Select(process => (Root: ProcessTree.Ancestor(all, process, roots.ContainsKey), process.Seconds))
            .Where(process => process.Root is not null)
            .GroupBy(process => roots[process.Root!.Value], process => process.Seconds, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Sum(), StringComparer.Ordinal);
    }

    private static async Task<Dictionary<string, long>> RowsAsync(PlatformServers servers)
    {
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var database in PlatformServers.Databases)
        {
            var tables = await servers.QueryAsync(
                database, "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
                row => row.GetString(0));
            foreach (var table in tables) rows[$"{database} {table}"] = await servers.CountAsync(database, "SELECT count(*) FROM " + table);
        }

        return rows;
    }
}
