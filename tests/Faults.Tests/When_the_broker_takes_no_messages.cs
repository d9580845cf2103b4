using System.Globalization;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>RabbitMQ's disk alarm: less is free than it wants, so it reads from no publisher.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class When_the_broker_takes_no_messages(RunningPlatform running)
{
    private const string Page = "broker-takes-no-messages";

    [Fact]
    public async Task Notices_are_accepted_and_all_of_it_arrives_once_there_is_room()
    {
        await using var ledger = await running.OpenLedgerAsync();
        var platform = running.Platform;

        await BrokerAsync(platform, $"set_disk_free_limit {(1L << 50).ToString(CultureInfo.InvariantCulture)}");
        var burst = await Burst.SendAsync(platform, ledger, count: 100);
        burst.Refusals.ShouldBeEmpty();
        await Runbook.IsSeenAsync(platform, Page);
        await Runbook.FollowAsync(platform, Page, Runbook.Mend);
        await Runbook.FollowAsync(platform, Page, Runbook.Check);

        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(90));
    }

    private static async Task BrokerAsync(PlatformProcess platform, string arguments)
    {
        var (exitCode, output) = await ChildProcess.RunAsync(
            new ChildProcessStart("rabbitmqctl", "bash", ["-euo", "pipefail", "-c", $". deploy/runbooks/lib.sh; broker {arguments}"])
            {
                WorkingDirectory = Repository.Root,
                Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DATA"] = platform.DataFolder, ["KEY"] = platform.OpsKey },
            },
            CancellationToken.None);
        exitCode.ShouldBe(0, output);
    }
}
