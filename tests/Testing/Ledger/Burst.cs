using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Chokepoint.Testing.Platforms;
using Xunit.Sdk;

namespace Chokepoint.Testing.Ledger;

/// <summary>One attempt to post a notice, as its sender saw it.</summary>
/// <param name="Status">Null when the connection broke and nobody can know what became of the notice.</param>
public sealed record Answer(HttpStatusCode? Status, bool SaysWhenToRetry, TimeSpan Took, string Problem)
{
    public bool IsAccepted => Status is HttpStatusCode.Created or HttpStatusCode.OK;
}

/// <summary>
/// Bans posted side by side by senders who repeat one until it is accepted, as the API lets them: the same notice again changes
/// nothing. What was accepted is entered in the ledger.
/// </summary>
public sealed class Burst
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly ConcurrentQueue<Answer> answers = new();

    public IReadOnlyCollection<Answer> Answers => answers;

    /// <summary>Everything that was no acceptance, for messages.</summary>
    public IReadOnlyList<string> Refusals => [.. answers.Where(answer => !answer.IsAccepted).Select(answer => $"{answer.Status} {answer.Problem}").Distinct()];

    public TimeSpan Percentile(double share) => answers.Select(answer => answer.Took).Order().ElementAt((int)(share * (answers.Count - 1)));

    /// <param name="fault">Runs once, amid the burst, while the senders go on.</param>
    public static async Task<Burst> SendAsync(
        PlatformProcess platform, PlatformLedger ledger, int count, int senders = 6, Func<Task>? fault = null)
    {
        var burst = new Burst();
        var sent = 0;
        var breaking = Task.CompletedTask;
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = senders }, async (i, cancellationToken) =>
        {
            if (fault is not null && Interlocked.Increment(ref sent) == count / 3) breaking = Task.Run(fault, cancellationToken);
            await burst.PostAsync(platform, ledger, Pairs.All[i % Pairs.All.Count]);
        });
        await breaking;
        return burst;
    }

    /// <summary>Notices one after another for a while, evenly.</summary>
    public static async Task<Burst> KeepSendingAsync(PlatformProcess platform, PlatformLedger ledger, Task until, int pauseMilliseconds = 25)
    {
        var burst = new Burst();
        for (var i = 0; !until.IsCompleted; i++)
        {
            await burst.PostAsync(platform, ledger, Pairs.All[i % Pairs.All.Count]);
            await Takes.WorkAsync(pauseMilliseconds, CancellationToken.None);
        }

        return burst;
    }

    private async Task PostAsync(PlatformProcess platform, PlatformLedger ledger, Pair pair)
    {
        var notice = Notices.Ban(pair.Economy, pair.Mineral);
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await AttemptAsync(platform, notice);
            answers.Enqueue(answer);
            if (answer.IsAccepted)
            {
                ledger.Accepted(notice, pair);
                return;
            }

            if (Stopwatch.GetElapsedTime(since) > Patience) throw new XunitException($"Not accepted within {Patience}: {answer}");
            await Takes.WorkAsync(milliseconds: 100, CancellationToken.None); // a sender's pause before it repeats
        }
    }

    private static async Task<Answer> AttemptAsync(PlatformProcess platform, System.Text.Json.Nodes.JsonObject notice)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await platform.Client.PostNoticeAsync(notice);
            var took = Stopwatch.GetElapsedTime(start);
            var problem = answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync();
            return new Answer(answer.StatusCode, answer.Headers.RetryAfter is not null, took, problem);
        }
        catch (Exception broken) when (broken is HttpRequestException or TaskCanceledException)
        {
            return new Answer(null, false, Stopwatch.GetElapsedTime(start), broken.GetBaseException().Message);
        }
    }
}
