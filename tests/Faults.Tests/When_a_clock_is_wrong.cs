using System.Text;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>One node's clock ten minutes off: of each service that decides, one replica of two runs ahead or behind, by libfaketime.</summary>
[Trait("Duration", "long")]
public sealed class When_a_clock_is_wrong
{
    private const string Page = "clock-is-wrong";

    [Fact]
    public async Task Everything_is_scored_and_delivered_once_and_signed_at_a_time_that_receivers_accept()
    {
        var library = Directory.Exists("/usr/lib") ? Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).FirstOrDefault() : null;
        Assert.SkipWhen(library is null, "libfaketime is not installed (Debian, Ubuntu: apt-get install libfaketime).");
        await using var platform = await PlatformProcess.StartAsync(new PlatformOptions { Replicas = 2 });
        var ahead = new List<Displaced>();
        try
        {
            foreach (var (replica, offset) in ((string, string)[])[("controls-1", "+10m"), ("risk-1", "+10m"), ("notifications-1", "-10m"), ("notifications-0", "+10m")])
            {
                ahead.Add(Displaced.Replace(platform, replica, library!, offset));
            }

            await using var ledger = await PlatformLedger.OpenAsync(await WellAsync(platform));
            foreach (var offset in (string[])["+10m", "-10m"]) await Runbook.FollowAsync(platform, Page, Runbook.See, [.. Displaced.Settings(library!, offset)]);
            (await Runbook.SeesAsync(platform, Page)).ShouldBeFalse("this machine's own clock is the database's");
            var burst = await Burst.SendAsync(platform, ledger, count: 200);
            burst.Refusals.ShouldBeEmpty();
            await ledger.BalancesAsync(within: TimeSpan.FromSeconds(120));
            await Runbook.FollowAsync(platform, Page, Runbook.Check);
            (await new PlatformServers(platform.DataFolder).CountAsync("controlsdb", "SELECT count(*) FROM notices WHERE recorded_at > now() + interval '5 minutes'"))
                .ShouldBePositive("no node's clock was wrong");
            ahead.ShouldAllBe(node => !node.Process.HasExited);
        }
        finally
        {
            foreach (var node in ahead) await node.DisposeAsync();
        }
    }

    private static async Task<PlatformProcess> WellAsync(PlatformProcess platform)
    {
        await platform.IsHealthyAsync();
        return platform;
    }

    /// <summary>A replica in another's place, with its address and its settings, and another time.</summary>
    private sealed class Displaced(PlatformProcess platform, string replica, ChildProcess process) : IAsyncDisposable
    {
        public ChildProcess Process => process;

        /// <summary>The clocks that only measure stay as they are, as they would on a node whose date is wrong.</summary>
        public static IEnumerable<string> Settings(string library, string offset) =>
            [$"LD_PRELOAD={library}", $"FAKETIME={offset}", "FAKETIME_DONT_FAKE_MONOTONIC=1"];

        public static Displaced Replace(PlatformProcess platform, string replica, string library, string offset)
        {
            var id = platform.Find(replica).Id;
            var command = Words($"/proc/{id}/cmdline");
            var environment = Words($"/proc/{id}/environ").Select(setting => setting.Split('=', 2))
                .ToDictionary(setting => setting[0], setting => (string?)setting[1], StringComparer.Ordinal);
            var folder = new DirectoryInfo($"/proc/{id}/cwd").ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            foreach (var setting in Settings(library, offset)) environment[setting.Split('=', 2)[0]] = setting.Split('=', 2)[1];
            platform.Hold(replica);
            platform.Kill(replica);
            return new Displaced(platform, replica, ChildProcess.Start(
                new ChildProcessStart(replica, command[0], command[1..]) { Environment = environment, WorkingDirectory = folder }));
        }

        public async ValueTask DisposeAsync()
        {
            await process.StopAsync(TimeSpan.FromSeconds(10));
            await process.DisposeAsync();
            platform.Release(replica);
        }

        private static string[] Words(string file) => Encoding.UTF8.GetString(File.ReadAllBytes(file)).Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }
}
