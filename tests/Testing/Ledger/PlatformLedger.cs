using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Testing.Platforms;
using Npgsql;
using Xunit.Sdk;

namespace Chokepoint.Testing.Ledger;

/// <summary>
/// The books of one running platform, kept from outside: a subscriber that asks for everything, the revisions in the scores' own
/// database, and the notices that a test says were accepted.
/// </summary>
public sealed class PlatformLedger : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    private readonly PlatformServers servers;
    private readonly long openedAt;
    private readonly List<SentNotice> sent = [];
    private readonly Dictionary<long, StoredRevision> revisions = [];
    private readonly List<HeardWebhook> heard = [];

    private PlatformLedger(PlatformServers servers, Subscriber subscriber, long openedAt) =>
        (this.servers, Subscriber, this.openedAt) = (servers, subscriber, openedAt);

    public Subscriber Subscriber { get; }

    /// <summary>Opens the books once nothing is on its way any more: the history that ships with the platform is scored silently.</summary>
    public static async Task<PlatformLedger> OpenAsync(PlatformProcess platform)
    {
        var own = new PlatformServers(platform.DataFolder);
        await Eventually.BecomesAsync(() => Backlog.ReadAsync(own), backlog => backlog.IsEmpty, TimeSpan.FromMinutes(2));
        var subscriber = await Subscriber.SubscribeAsync(platform.Client);
        return new PlatformLedger(own, subscriber, await own.CountAsync("riskdb", "SELECT coalesce(max(id), 0) FROM revisions"));
    }

    /// <summary>Enters a notice of one clause that the API answered with success.</summary>
    public void Accepted(JsonObject notice, params IReadOnlyList<Pair> pairs)
    {
        var subject = $"{notice["issuer"]}/{notice["documentNumber"]}/{notice["clauses"]![0]!["number"]}";
        lock (sent) sent.Add(new SentNotice(subject, pairs));
    }

    public async Task<Verdict> ReadAsync()
    {
        // Before the revisions: one that is committed in between must not look as if it had been made up.
        heard.AddRange(Subscriber.Received.Skip(heard.Count).Select(webhook => HeardWebhook.Of(webhook, Subscriber.Secret)));
        var unread = (await servers.QueryAsync("riskdb", "SELECT id FROM revisions WHERE id > $1", row => row.GetInt64(0), openedAt))
            .Where(id => !revisions.ContainsKey(id)).ToArray();
        var read = await servers.QueryAsync(
            "riskdb", "SELECT id, economy, mineral, version, score IS NOT NULL, document::json->>'causes' FROM revisions WHERE id = ANY($1)",
            row => (Id: row.GetInt64(0), Revision: new StoredRevision(
                new Pair(row.GetString(1), row.GetString(2)), row.GetInt64(3), row.GetBoolean(4), CausesOf(row.GetString(5)))),
            unread);
        foreach (var (id, revision) in read) revisions[id] = revision;
        lock (sent) return Settlement.Of([.. sent], [.. revisions.Values], heard);
    }

    /// <summary>
    /// Waits until everything sent is scored and delivered and nothing more is on its way, so that what comes twice has come twice.
    /// Fails at once when something is doubled or mislabelled, and at the deadline with what is lacking.
    /// </summary>
    public async Task<Verdict> BalancesAsync(TimeSpan within)
    {
        var since = Stopwatch.GetTimestamp();
        var seemsEqual = false; // by what is quick to ask; the last word has a look at what is in consumers' hands too
        while (true)
        {
            string state;
            try
            {
                var backlog = await Backlog.ReadAsync(servers, inHand: seemsEqual);
                var verdict = await ReadAsync();
                if (verdict.IsWrong) throw new XunitException($"The ledger is wrong: {verdict}");
                var isEqual = !verdict.Lacks && backlog.IsEmpty;
                if (isEqual && seemsEqual) return verdict;
                seemsEqual = isEqual;
                if (isEqual) continue;
                state = $"{verdict}\n  {backlog}";
            }
            catch (Exception away) when (away is NpgsqlException or IOException or RabbitMQ.Client.Exceptions.BrokerUnreachableException or RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                state = $"the books cannot be read: {away.Message}";
            }

            if (Stopwatch.GetElapsedTime(since) > within) throw new XunitException($"The ledger is not equal after {within}: {state}");
            await Task.Delay(Interval);
        }
    }

    public ValueTask DisposeAsync() => Subscriber.DisposeAsync();

    private static IReadOnlyList<Guid> CausesOf(string json)
    {
        using var causes = JsonDocument.Parse(json);
        return [.. causes.RootElement.EnumerateArray()
            .Where(cause => cause.GetProperty("type").GetString() == "control").Select(cause => cause.GetProperty("eventId").GetGuid())];
    }
}
