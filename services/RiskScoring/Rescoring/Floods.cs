using System.Runtime.InteropServices;
using Npgsql;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>
/// Pairs that are asked for so often that a score for each request would serve nobody: after each of their scores they are left waiting a
/// little longer, while all other pairs are scored at once. When nobody has asked for a moment the flood is over and the last score is due,
/// however long the wait would have been.
/// </summary>
internal sealed class Floods(TimeProvider time)
{
    /// <summary>How often to look while anything is held.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>From so many requests between two scores of a pair, the longest wait for the next.</summary>
    private static readonly (int Asked, TimeSpan Longest)[] Waits =
        [(512, TimeSpan.FromSeconds(10)), (64, TimeSpan.FromSeconds(2)), (5, TimeSpan.FromMilliseconds(500))];

    private readonly Dictionary<(string Economy, string Mineral), Hold> holds = [];

    /// <summary>The pairs that are not to be taken now.</summary>
    public IReadOnlyCollection<(string Economy, string Mineral)> Held => [.. holds.Where(h => !h.Value.IsOver(time)).Select(h => h.Key)];

    public bool AnyHeld => holds.Values.Any(h => !h.IsOver(time));

    /// <summary>Lengthens the wait of those that were much asked for, and forgets it of the others.</summary>
    public void Took(IEnumerable<WorkItem> items)
    {
        foreach (var item in items)
        {
            var pair = (item.Economy, item.Mineral);
            var longest = Waits.FirstOrDefault(w => item.Asked >= w.Asked).Longest;
            if (longest == TimeSpan.Zero)
            {
                holds.Remove(pair);
                continue;
            }

            var wait = holds.TryGetValue(pair, out var before) ? before.Wait * 2 : FirstWait;
            holds[pair] = new Hold(wait < longest ? wait : longest, time.GetTimestamp());
        }
    }

    /// <summary>Lets go of those that somebody asked for, and nobody since a moment ago.</summary>
    public async Task LookAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var held = Held;
        if (held.Count == 0) return;
        await using var command = database.CreateCommand(
            "SELECT economy, mineral, asked FROM rescore_work JOIN unnest($1, $2) AS held (economy, mineral) USING (economy, mineral)");
        command.Parameters.Add(new() { Value = held.Select(p => p.Economy).ToArray() });
        command.Parameters.Add(new() { Value = held.Select(p => p.Mineral).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ref var hold = ref CollectionsMarshal.GetValueRefOrNullRef(holds, (reader.GetString(0), reader.GetString(1)));
            var asked = reader.GetInt32(2);
            if (hold.Asked != asked) hold = hold with { Asked = asked, AskedAt = time.GetTimestamp() };
            else if (time.GetElapsedTime(hold.AskedAt) >= Quiet) hold = hold with { IsReleased = true };
        }
    }

    /// <param name="Wait">From the score at <paramref name="Since"/> to the next.</param>
    /// <param name="Asked">How many requests wait, as last seen to change at <paramref name="AskedAt"/>.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Hold(TimeSpan Wait, long Since, int Asked = 0, long AskedAt = 0, bool IsReleased = false)
    {
        public bool IsOver(TimeProvider time) => IsReleased || time.GetElapsedTime(Since) >= Wait;
    }
}
