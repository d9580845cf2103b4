using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.Messaging.Inbox;

/// <summary>Forgets events older than <see cref="MessagingOptions.InboxWindow"/>, so that the inbox does not grow for ever.</summary>
internal sealed class InboxPruner(
    NpgsqlDataSource dataSource, IOptions<MessagingOptions> options, TimeProvider time, ILogger<InboxPruner> log) : BackgroundService
{
    private const int Batch = 10_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await PruneAsync(stoppingToken) == Batch)
                {
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(exception, "The inbox was not pruned; it will be tried again");
            }
        }
    }

    /// <returns>How many rows went.</returns>
    internal async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        const string sql = """
            DELETE FROM messaging.inbox
            WHERE ctid = ANY(ARRAY(SELECT ctid FROM messaging.inbox WHERE received_at < now() - $1 LIMIT $2))
            """;
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = options.Value.InboxWindow });
        command.Parameters.Add(new() { Value = Batch });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
