using System.Net;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.LocalHosting.Servers;
using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;
using Chokepoint.Testing.Servers;
using Npgsql;

namespace Chokepoint.Faults.Tests;

/// <summary>The disk that holds the tables has no room left; the write-ahead log lies on another, as it should, or on the same.</summary>
[Trait("Duration", "long")]
public sealed class When_the_disk_of_Postgres_is_full
{
    private const string Page = "postgres-disk-is-full";

    [Fact]
    public async Task Writes_are_refused_with_a_time_to_retry_reads_are_answered_and_all_recovers_by_itself()
    {
        var folder = NewFolder();
        await using var data = new DataOfPostgres(folder);
        await using var platform = await PlatformProcess.StartAsync(new PlatformOptions { DataFolder = folder });
        await using var ledger = await PlatformLedger.OpenAsync(platform);
        var disk = await data.MoveAsync(platform, Path.Combine(folder, "postgres", "base"), megabytes: 32);

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

    /// <summary>As <c>./run</c> lays it out.</summary>
    [Fact]
    public async Task With_the_write_ahead_log_on_it_Postgres_ends_itself_and_nothing_that_was_accepted_is_lost()
    {
        var folder = NewFolder();
        await using var data = new DataOfPostgres(folder);
        await using var platform = await PlatformProcess.StartAsync(new PlatformOptions { DataFolder = folder });
        await using var ledger = await PlatformLedger.OpenAsync(platform);
        var servers = new PlatformServers(folder);
        var disk = await data.MoveAsync(platform, Path.Combine(folder, "postgres"), megabytes: 64);
        await platform.IsHealthyAsync();
        var services = (string[])["controls", "risk", "notifications", "prices", "trade", "gateway"];
        var before = services.Select(platform.Find).ToArray();
        var postgres = platform.Find("Postgres");

        var ballast = disk.Fill();
        var during = Burst.SendAsync(platform, ledger, count: 600, senders: 2); // what is refused is repeated until there is room again
        await Eventually.IsTrueAsync(async () => await EndsAsync(postgres, servers), TimeSpan.FromSeconds(60));
        await Runbook.IsSeenAsync(platform, Page);
        await Runbook.FollowAsync(platform, Page, Runbook.Mend, $"BALLAST={ballast}");
        await Runbook.FollowAsync(platform, Page, Runbook.Check);

        var burst = await during;
        burst.Answers.Where(answer => !answer.IsAccepted).ShouldAllBe(answer => answer.Status == HttpStatusCode.ServiceUnavailable && answer.SaysWhenToRetry);
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(120));
        services.Select(platform.Find).ShouldBe(before, "no service died of it");
    }

    /// <summary>Has a segment of the log filled as long as it lives: those that were made ahead would hold the writes of minutes.</summary>
    private static async Task<bool> EndsAsync(ProcessIdentity postgres, PlatformServers servers)
    {
        try
        {
            await servers.ExecuteAsync("postgres", "SELECT pg_logical_emit_message(false, 'test', 'there is something to switch after'), pg_switch_wal()");
        }
        catch (Exception away) when (away is NpgsqlException or IOException)
        {
            // It is on its way out, or gone.
        }

        return !postgres.IsAlive();
    }

    private static string NewFolder() => Path.Combine(Path.GetTempPath(), $"chokepoint-full-{Guid.NewGuid():n}");

    private static async Task<bool> RefusesAsync(PlatformProcess platform)
    {
        using var answer = await platform.Client.PostNoticeAsync(Notices.Ban("USA", "cobalt"));
        return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
    }

    /// <summary>Goes away after the platform that uses it.</summary>
    private sealed class DataOfPostgres(string folder) : IAsyncDisposable
    {
        private SmallDisk? disk;

        /// <summary>Puts a small disk under a part of it while Postgres is down for that.</summary>
        public async Task<SmallDisk> MoveAsync(PlatformProcess platform, string part, int megabytes)
        {
            await new PlatformServers(folder).ExecuteAsync("postgres", "CHECKPOINT"); // what is only in the log would take room when it is replayed
            var leader = platform.Find("Postgres").Id;
            using var _ = platform.KeptDown("postgres", "Postgres");
            await Eventually.IsTrueAsync(() => ProcessIdentity.InSession(leader).Count == 0, TimeSpan.FromSeconds(30));
            return disk = await SmallDisk.UnderAsync(part, megabytes);
        }

        public async ValueTask DisposeAsync()
        {
            if (disk is not null) await disk.DisposeAsync();
            PostgresProcess.DeleteData(folder);
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
