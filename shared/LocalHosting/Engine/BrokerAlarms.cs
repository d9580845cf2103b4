namespace Chokepoint.LocalHosting.Engine;

/// <summary>Says in a sentence what the broker says in its log: that it has stopped taking messages, why, and what to do.</summary>
internal static class BrokerAlarms
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private static readonly (string Sign, string Sentence)[] Sentences =
    [
        ("disk resource limit alarm set", "The broker's disk is nearly full: it takes no messages until there is room, so free some space; nothing is lost, events wait in the outboxes."),
        ("disk resource limit alarm cleared", "The broker's disk has room again: it takes messages."),
        ("memory resource limit alarm set", "The broker is short of memory: it takes no messages until its queues drain; events wait in the outboxes."),
        ("memory resource limit alarm cleared", "The broker has memory again: it takes messages."),
    ];

    public static async Task WatchAsync(string logFile, Action<string> say, CancellationToken cancellationToken)
    {
        var position = File.Exists(logFile) ? new FileInfo(logFile).Length : 0;
        try
        {
            while (true)
            {
                await Task.Delay(Interval, cancellationToken);
                if (!File.Exists(logFile) || new FileInfo(logFile).Length <= position) continue;
                await using var stream = new FileStream(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                stream.Position = position;
                using var reader = new StreamReader(stream);
                while (await reader.ReadLineAsync(cancellationToken) is { } line)
                {
                    foreach (var (sign, sentence) in Sentences)
                    {
                        if (line.Contains(sign, StringComparison.OrdinalIgnoreCase)) say(sentence);
                    }
                }
                position = stream.Position;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The platform stops.
        }
    }
}
