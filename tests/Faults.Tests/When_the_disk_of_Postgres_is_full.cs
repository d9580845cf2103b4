using System.Net;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.LocalHosting.Servers;
using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>The disk that holds the tables has no room left; the write-ahead log lies on another, as it should.</summary>
[Trait("Duration", "long")]
public sealed class When_the_disk_of_Postgres_is_full
{
    private const string Page = "postgres-disk-is-full";

    [Fact]
    public async Task Writes_are_refused_with_a_time_to_retry_reads_are_answered_and_all_recovers_by_itself()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"chokepoint-full-{Guid.NewGuid():n}");
        await using var disk = new SmallDisk(folder);
        await using var platform = await PlatformProcess.StartAsync(new PlatformOptions { DataFolder = folder });
        await using var ledger = await PlatformLedger.OpenAsync(platform);
        await new PlatformServers(folder).ExecuteAsync("postgres", "CHECKPOINT"); // what is only in the log would take room when it is replayed
        var leader = platform.Find("Postgres").Id;
        using (platform.KeptDown("postgres", "Postgres"))
        {
            await Eventually.IsTrueAsync(() => ProcessIdentity.InSession(leader).Count == 0, TimeSpan.FromSeconds(30));
            await disk.PutUnderAsync(Path.Combine(folder, "postgres", "base"));
        }

        await platform.IsHealthyAsync();
        await Burst.SendAsync(platform, ledger, count: 60);
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(90));
        var before = platform.Find("Postgres");

        var ballast = disk.Fill();
        var during = Burst.SendAsync(platform, ledger, count: 600, senders: 2); // what is refused is repeated until there is room again
        await Runbook.IsSeenAsync(platform, Page);
        await Eventually.IsTrueAsync(async () => await RefusesAsync(platform), TimeSpan.FromSeconds(120));
        (await platform.Client.GetAsync("/api/controls/notices?limit=1")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await platform.Client.GetAsync("/api/risk/scores/USA/gallium")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Runbook.FollowAsync(platform, Page, Runbook.Mend, $"BALLAST={ballast}");
        await Runbook.FollowAsync(platform, Page, Runbook.Check);

        var burst = await during;
        burst.Answers.Where(answer => !answer.IsAccepted).ShouldAllBe(answer => answer.Status == HttpStatusCode.ServiceUnavailable && answer.SaysWhenToRetry);
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(120));
        platform.Find("Postgres").ShouldBe(before, "it did not die of it");
    }

    private static async Task<bool> RefusesAsync(PlatformProcess platform)
    {
        using var answer = await platform.Client.PostNoticeAsync(Notices.Ban("USA", "cobalt"));
        return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
    }

    /// <summary>A file system of its own under a folder of the data, with little room to spare; root's to make.</summary>
    private sealed class SmallDisk(string folder) : IAsyncDisposable
    {
        private string? mountedAt;

        public async Task PutUnderAsync(string place)
        {
            if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux()) Assert.Skip("Only root can mount the small disk that this test fills.");
            var commands = """
                mv "$0" "$0.before" && mkdir "$0"
                mount -t tmpfs -o "size=$(( $(du -sk "$0.before" | cut -f1) + 32768 ))k" tmpfs "$0"
                cp -a "$0.before/." "$0/" && chown --reference="$0.before" "$0" && chmod 700 "$0"
                """;
            var (exitCode, output) = await ChildProcess.RunAsync(new ChildProcessStart("mount", "bash", ["-euc", commands, place]), CancellationToken.None);
            if (exitCode != 0 && output.Contains("permission denied", StringComparison.OrdinalIgnoreCase))
            {
                Assert.Skip($"This machine does not let root mount a disk: {output}");
            }

            exitCode.ShouldBe(0, output);
            mountedAt = place;
        }

        /// <summary>Takes all the room that is left.</summary>
        public string Fill()
        {
            var ballast = Path.Combine(mountedAt!, "ballast");
            using var file = new FileStream(ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            var block = new byte[4096];
            try
            {
                while (true) file.Write(block);
            }
            catch (IOException)
            {
                return ballast; // full
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (mountedAt is not null) await ChildProcess.RunAsync(new ChildProcessStart("umount", "umount", ["-l", mountedAt]), CancellationToken.None);
            PostgresProcess.DeleteData(folder);
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
