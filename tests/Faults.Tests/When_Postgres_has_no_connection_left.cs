using System.Net;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;
using Npgsql;

namespace Chokepoint.Faults.Tests;

/// <summary>Somebody else holds every connection that Postgres gives out.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class When_Postgres_has_no_connection_left(RunningPlatform running)
{
    private const string Page = "postgres-has-no-connection-left";

    [Fact]
    public async Task Requests_are_refused_with_a_time_to_retry_no_service_dies_and_all_goes_on_afterwards()
    {
        await using var ledger = await running.OpenLedgerAsync();
        var platform = running.Platform;
        var before = Services().ToArray();

        var hog = await Hog.TakeAllAsync(running.Servers);
        await using (hog)
        {
            var refused = await Eventually.BecomesAsync(
                () => platform.Client.PostNoticeAsync(Notices.Ban("USA", "gallium")), answer => !answer.IsSuccessStatusCode, TimeSpan.FromSeconds(30));
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, await refused.Content.ReadAsStringAsync());
            refused.Headers.RetryAfter.ShouldNotBeNull();
            await Runbook.IsSeenAsync(platform, Page);
            await Runbook.FollowAsync(platform, Page, Runbook.Mend);
            await Runbook.FollowAsync(platform, Page, Runbook.Check);
        }

        await Burst.SendAsync(platform, ledger, count: 60);
        await ledger.BalancesAsync(within: TimeSpan.FromSeconds(90));
        Services().ShouldBe(before, "no service died of it");

        IEnumerable<object> Services() => ((string[])["controls", "risk", "notifications", "prices", "trade", "gateway"]).Select(name => (object)platform.Find(name));
    }

    /// <summary>Ends every session of the services and takes the connections in their place, the superuser's reserve too.</summary>
    private sealed class Hog : IAsyncDisposable
    {
        private readonly List<NpgsqlConnection> taken = [];

        public static async Task<Hog> TakeAllAsync(PlatformServers servers)
        {
            var hog = new Hog();
            await hog.OpenAsync(servers);
            for (var refused = 0; refused < 3;) // what a service opens again in between is ended again
            {
                await using (var end = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'faults'", hog.taken[0]))
                    await end.ExecuteNonQueryAsync();
                try
                {
                    while (true) await hog.OpenAsync(servers);
                }
                catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
                {
                    refused++;
                }
            }

            return hog;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in taken) await connection.DisposeAsync();
        }

        private async Task OpenAsync(PlatformServers servers)
        {
            var connection = new NpgsqlConnection(servers.ConnectionString("postgres"));
            await connection.OpenAsync();
            taken.Add(connection);
        }
    }
}
