using System.Globalization;
using System.Net;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.LocalHosting.Tests.Engine;

[Collection(nameof(Platforms))]
public sealed class When_the_platform_runs(RunningPlatform running)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly PlatformProcess platform = running.Platform;

    [Fact]
    public async Task its_door_answers()
    {
        using var answer = await platform.Client.GetAsync("/ready");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("risk", "risk")]
    [InlineData("RabbitMQ", "broker")]
    [InlineData("Postgres", "postgres")]
    public async Task a_killed_process_is_started_again(string process, string resource)
    {
        var killed = platform.Find(process);
        var back = Count($"{resource,-14} is back");

        platform.Kill(process);

        await Eventually.IsTrueAsync(() => Count($"{resource,-14} is back") > back, Soon);
        platform.Find(process).ShouldNotBe(killed);
    }

    [Fact]
    public async Task what_is_held_stays_down_until_it_is_released()
    {
        platform.Hold("trade");
        platform.Kill("trade");
        await platform.SaysAsync("trade          is held", Soon);
        Should.Throw<Exception>(() => platform.Find("trade"));

        var back = Count("trade          is back");
        platform.Release("trade");

        await Eventually.IsTrueAsync(() => Count("trade          is back") > back, Soon);
    }

    [Fact]
    public async Task what_cannot_be_started_for_any_reason_is_tried_until_it_can()
    {
        var inTheWay = Directory.CreateDirectory(Path.Combine(platform.DataFolder, "processes.json.new")); // as little to be written as on a full disk
        platform.Kill("trade");
        await Eventually.IsTrueAsync(() => Count("trade          did not start; next attempt") > 1, Soon);

        var back = Count("trade          is back");
        inTheWay.Delete();

        await Eventually.IsTrueAsync(() => Count("trade          is back") > back, Soon);
    }

    [Fact]
    public async Task a_second_one_on_the_same_data_is_refused_in_a_sentence()
    {
        await using var second = await PlatformProcess.LaunchAsync(new PlatformOptions { DataFolder = platform.DataFolder });

        await second.SaysAsync("Another platform runs on the data in", Soon);
        await second.Process.WaitForExitAsync();
        second.Process.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task a_folder_with_somebody_elses_files_is_refused_in_a_sentence_and_left_alone()
    {
        var folder = Directory.CreateTempSubdirectory("chokepoint-not-ours-");
        var theirs = Path.Combine(folder.FullName, "thesis.txt");
        await File.WriteAllTextAsync(theirs, "years of work");

        await using var other = await PlatformProcess.LaunchAsync(new PlatformOptions
        {
            DataFolder = folder.FullName, Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PLATFORM_FRESH"] = "true" },
        });
        await other.SaysAsync("files that are not the platform's", TimeSpan.FromSeconds(30));
        await other.Process.WaitForExitAsync(TestContext.Current.CancellationToken);

        other.Process.ExitCode.ShouldBe(1);
        (await File.ReadAllTextAsync(theirs)).ShouldBe("years of work");
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task a_folder_that_may_not_be_read_is_refused_in_a_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("chokepoint-closed-");
        if (!OperatingSystem.IsWindows()) folder.UnixFileMode = UnixFileMode.None;
        string[] ordinary = Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : ["env"]; // root may read all
        var start = new ChildProcessStart("platform", ordinary[0], [.. ordinary[1..], "dotnet", Repository.AppHost])
        {
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["PLATFORM_PORT"] = FreePorts.Next().ToString(CultureInfo.InvariantCulture), ["PLATFORM_DATA"] = folder.FullName,
            },
        };

        var (exitCode, output) = await ChildProcess.RunAsync(start, TestContext.Current.CancellationToken);

        exitCode.ShouldBe(1);
        output.ShouldStartWith($"The data folder {folder.FullName} cannot be read and written");
        folder.Delete();
    }

    [Fact]
    public async Task a_second_one_on_the_same_port_is_refused_in_a_sentence()
    {
        var port = platform.Address.Port.ToString(CultureInfo.InvariantCulture);
        await using var second = await PlatformProcess.LaunchAsync(
            new PlatformOptions { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PLATFORM_PORT"] = port } });

        await second.SaysAsync($"Port {port}, where gateway is to listen, is taken", Soon);
        await second.Process.WaitForExitAsync();
        second.Process.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task a_second_one_beside_it_disturbs_nothing()
    {
        var ours = platform.Find("Postgres");
        await using (var second = await PlatformProcess.StartAsync())
        {
            second.Find("Postgres").ShouldNotBe(ours);
            using var answer = await second.Client.GetAsync("/ready");
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            await second.StopAsync();
        }

        platform.Find("Postgres").ShouldBe(ours);
        using var still = await platform.Client.GetAsync("/ready");
        still.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private int Count(string text) => platform.Output.Count(line => line.Contains(text, StringComparison.Ordinal));
}
