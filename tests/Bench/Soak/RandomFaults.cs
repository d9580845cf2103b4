using Chokepoint.LocalHosting.Processes;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Bench.Soak;

/// <summary>Breaks one thing after another, by chance but the same in every run; the engine starts again what was killed.</summary>
internal sealed class RandomFaults(PlatformProcess platform)
{
    private const int Seed = 20_261_126;
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(10);

    private static readonly string[] Processes = ["controls", "prices", "trade", "risk", "notifications", "gateway", "RabbitMQ", "Postgres"];
    private readonly Random random = new(Seed);

    /// <returns>What was done, one entry for each fault.</returns>
    public async Task<List<string>> RunAsync(TimeSpan every, CancellationToken ending)
    {
        var done = new List<string>();
        while (true)
        {
            await Task.Delay(every, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested) return done;
            var name = Processes[random.Next(Processes.Length)];
            // A frozen process answers nothing and closes nothing, which a dead one does.
            var freezes = random.Next(3) == 0;
            if (platform.Running.FirstOrDefault(entry => entry.Name == name) is not { Process: { } process }) continue;
            if (freezes) await FreezeAsync(process.Id);
            else Signal.Send(process.Id, Signal.Kill);
            done.Add($"{name} {(freezes ? "frozen for 10 s" : "killed")}");
        }
    }

    private static async Task FreezeAsync(int process)
    {
        Signal.Send(process, Signal.Stop);
        try
        {
            await Task.Delay(Frozen);
        }
        finally
        {
            Signal.Send(process, Signal.Continue);
        }
    }
}
