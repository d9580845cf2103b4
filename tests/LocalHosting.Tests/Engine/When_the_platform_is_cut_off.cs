using System.Net;
using System.Net.Http.Json;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.LocalHosting.Servers;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.LocalHosting.Tests.Engine;

[Collection(nameof(Platforms))]
public sealed class When_the_platform_is_cut_off
{
    [Fact]
    public async Task the_next_start_ends_what_was_left_and_finds_the_data()
    {
        var data = Path.Combine(Path.GetTempPath(), $"chokepoint-platform-{Guid.NewGuid():n}");
        try
        {
            string stored;
            ProcessIdentity[] left;
            await using (var first = await PlatformProcess.StartAsync(new PlatformOptions { DataFolder = data }))
            {
                using var created = await first.Client.PostAsJsonAsync(
                    "/api/notifications/subscriptions", new { url = "http://127.0.0.1:9/hook", description = "kept", eventTypes = Array.Empty<string>() });
                created.StatusCode.ShouldBe(HttpStatusCode.Created);
                stored = created.Headers.Location!.ToString();
                left = [first.Find("Postgres"), first.Find("RabbitMQ"), first.Find("epmd"), first.Find("risk"), first.Find("gateway")];
                await first.Process.KillAsync();
            }
            left.ShouldAllBe(process => process.IsAlive());

            await using var second = await PlatformProcess.StartAsync(new PlatformOptions { DataFolder = data });
            second.Output.ShouldContain(line => line.StartsWith("An earlier run was cut off; ended what it left:", StringComparison.Ordinal));
            left.ShouldAllBe(process => !process.IsAlive());
            using var found = await second.Client.GetAsync(new Uri(second.Address, stored));
            found.StatusCode.ShouldBe(HttpStatusCode.OK);

            // Fails by itself when anything is left, or when it took more than 15 seconds.
            await second.StopAsync();
        }
        finally
        {
            PostgresProcess.DeleteData(data);
            if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
        }
    }
}
