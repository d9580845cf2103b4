using System.Text.Json;
using Chokepoint.LocalHosting.Processes;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>
/// Which processes this platform has started, on disk: when the platform itself is killed outright, its next start on the same
/// data ends what was left, by id and start time, so that nobody else's process is ever touched.
/// </summary>
internal sealed class ProcessRecord(string file)
{
    private sealed record Entry(string Name, int Id, long Started);

    private readonly Lock gate = new();
    private readonly List<Entry> entries = [];

    public void Add(ChildProcess child)
    {
        lock (gate)
        {
            entries.RemoveAll(entry => ProcessIdentity.Of(entry.Id)?.Started != entry.Started);
            entries.Add(new Entry(child.Name, child.Identity.Id, child.Identity.Started));
            try
            {
                var written = file + ".new";
                File.WriteAllText(written, JsonSerializer.Serialize(entries));
                File.Move(written, file, overwrite: true);
            }
            catch (IOException)
            {
                // The disk is full. The process runs all the same, and is written down with the next.
            }
        }
    }

    /// <summary>The sessions that still hold a living process.</summary>
    public IReadOnlyList<string> Living()
    {
        lock (gate) return [.. entries.Where(entry => ProcessIdentity.InSession(entry.Id).Count > 0).Select(entry => entry.Name)];
    }

    public void Clear()
    {
        lock (gate)
        {
            entries.Clear();
            File.Delete(file);
        }
    }

    /// <summary>Ends what an earlier run has left.</summary>
    /// <returns>The names of what was ended.</returns>
    public async Task<IReadOnlyList<string>> EndLeftoversAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(file)) return [];
        var left = (await ReadAsync(cancellationToken)).Where(entry => new ProcessIdentity(entry.Id, entry.Started).IsAlive()).ToArray();
        foreach (var entry in left) Signal.Send(entry.Id, entry.Name == "Postgres" ? Signal.Interrupt : Signal.Terminate);
        var since = TimeProvider.System.GetTimestamp();
        while (left.Any(entry => ProcessIdentity.InSession(entry.Id).Count > 0))
        {
            if (TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(6))
            {
                foreach (var id in left.SelectMany(entry => ProcessIdentity.InSession(entry.Id))) Signal.Send(id, Signal.Kill);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
        File.Delete(file);
        return [.. left.Select(entry => entry.Name)];
    }

    private async Task<Entry[]> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            return await JsonSerializer.DeserializeAsync<Entry[]>(stream, cancellationToken: cancellationToken) ?? [];
        }
        catch (JsonException)
        {
            return []; // written by nobody we know; nothing can be told from it
        }
    }
}
