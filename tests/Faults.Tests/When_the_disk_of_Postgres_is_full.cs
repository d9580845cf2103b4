using System.Net;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.LocalHosting.Servers;
using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;
using Chokepoint.Testing.Servers;

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
        await using var data = new DataOfPostgres(folder);
        await using var platform = await PlatformProcess.StartAsync(new PlatformOptions { DataFolder = folder });
        await using var ledger = await PlatformLedger.OpenAsync(platform);
        await new PlatformServers(folder).ExecuteAsync("postgres", "CHECKPOINT"); // what is only in the log would take room when it is replayed
        var leader = platform.Find("Postgres").Id;
        SmallDisk disk;
        using (platform.KeptDown("postgres", "Postgres"))
        {
            await Eventually.IsTrueAsync(() => ProcessIdentity.InSession(leader).Count == 0, TimeSpan.FromSeconds(30));
            disk = data.Disk = await SmallDisk.UnderAsync(Path.Combine(folder, "postgres", "base"), megabytes: 32);
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

    /// <summary>Goes away after the platform that uses it.</summary>
    private sealed class DataOfPostgres(string folder) : IAsyncDisposable
    {
        public SmallDisk? Disk { get; set; }

        public async ValueTask DisposeAsync()
        {
            if (Disk is not null) await Disk.DisposeAsync();
            PostgresProcess.DeleteData(folder);
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
