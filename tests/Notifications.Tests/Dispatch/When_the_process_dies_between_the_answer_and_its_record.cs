using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Webhooks;
using Npgsql;

namespace Chokepoint.Notifications.Tests.Dispatch;

/// <summary>
/// The service as a process of its own. The receiver's answer is given while the delivery's row is locked, so that the attempt cannot be
/// stored; once the service waits for the lock it is killed.
/// </summary>
public sealed class When_the_process_dies_between_the_answer_and_its_record(ServersFixture servers)
{
    [Fact]
    public async Task It_is_delivered_again_with_the_same_id()
    {
        await using var host = await NotificationsHost.StartAsync(servers, ("Timeout", "00:00:03"), ("ClaimMargin", "00:00:02"));
        await using var receiver = await WebhookReceiver.StartAsync();
        var subscription = await host.SubscribeAsync(receiver.Url);
        await host.StopAsync();

        await using var database = NpgsqlDataSource.Create(host.Database);
        await using var locking = await database.OpenConnectionAsync();
        NpgsqlTransaction? locked = null;
        receiver.AnswerNext(new ScriptedAnswer
        {
            BeforeAnswer = async () =>
            {
                locked = await locking.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("SELECT id FROM deliveries FOR UPDATE", locking, locked);
                await command.ExecuteNonQueryAsync();
            },
        });

        var score = Some.Score();
        await using (var doomed = await StartProcessAsync(host))
        {
            await WriteToOutboxAsync(database, score);
            await receiver.ReceivesAsync(within: TimeSpan.FromSeconds(60));
            await Eventually.IsTrueAsync(async () => await ScalarAsync<long>(database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0);
            doomed.Kill();
        }
        // The server would yet carry out what it was sent whole: it dies with the process, as with the machine they share.
        await Eventually.IsTrueAsync(async () => await ScalarAsync<long>(database, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0);
        await locked!.RollbackAsync();
        (await ScalarAsync<long>(database, "SELECT count(*) FROM attempts")).ShouldBe(0);

        await using var next = await host.RestartAsync();
        var webhooks = await receiver.ReceivesAsync(2, within: TimeSpan.FromSeconds(30));
        webhooks.Select(w => w.Id).ShouldAllBe(id => id == score.EventId.ToString());
        webhooks[1].IsSignedBy(subscription.Secret).ShouldBeTrue();
        var delivery = await next.DeliveryBecomesAsync(subscription.Id, "delivered");
        delivery.GetProperty("attempts").EnumerateArray().ShouldHaveSingleItem();
    }

    private static async Task<ServiceProcess> StartProcessAsync(NotificationsHost host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Stop();

        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Notifications.dll")]);
        foreach (var (name, value) in host.Settings) start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["ASPNETCORE_URLS"] = url.ToString();
        var process = new ServiceProcess(Process.Start(start)!);
        using var http = new HttpClient { BaseAddress = url };
        await Eventually.SucceedsAsync(async () => (await http.GetAsync("/ready")).EnsureSuccessStatusCode(), TimeSpan.FromSeconds(60));
        return process;
    }

    /// <summary>As another service would have its outbox written: the process's own relay publishes it.</summary>
    private static async Task WriteToOutboxAsync(NpgsqlDataSource database, RiskScoreChanged score)
    {
        await using var command = database.CreateCommand("INSERT INTO messaging.outbox (id, event_id, event_type, payload) VALUES ($1, $2, $3, $4)");
        command.Parameters.Add(new() { Value = Guid.CreateVersion7() });
        command.Parameters.Add(new() { Value = score.EventId });
        command.Parameters.Add(new() { Value = nameof(RiskScoreChanged) });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(score, EventJson.Options) });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private sealed class ServiceProcess(Process process) : IAsyncDisposable
    {
        /// <summary>SIGKILL: no hook runs.</summary>
        public void Kill() => process.Kill();

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
