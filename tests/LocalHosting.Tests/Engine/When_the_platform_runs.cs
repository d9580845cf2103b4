using System.Globalization;
using System.Net;
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
    public async Task a_second_one_on_the_same_data_is_refused_in_a_sentence()
    {
        await using var second = await PlatformProcess.LaunchAsync(new PlatformOptions { DataFolder = platform.DataFolder });

        await second.SaysAsync("Another platform runs on the data in", Soon);
        await second.Process.WaitForExitAsync();
        second.Process.ExitCode.ShouldBe(1);
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
