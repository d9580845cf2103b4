using System.Diagnostics;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Chokepoint.Messaging.Tests.Support;

/// <summary>A service in a process of its own, which dies by SIGKILL, at a point of its own choosing or of the test's.</summary>
internal sealed class Victim : IDisposable
{
    public const string Argument = "victim";
    public const string CommitsAndDies = "commits-and-dies";
    public const string Relays = "relays";
    public const string Handles = "handles";

    /// <summary>A title that the victim does not survive handling.</summary>
    public const string Deadly = "deadly";

    private readonly Process _process;

    private Victim(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    public static Victim Start(string role, string database, string broker)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Victim).Assembly.Location);
        foreach (var argument in (string[])[Argument, role, database, broker]) start.ArgumentList.Add(argument);
        return new Victim(Process.Start(start)!);
    }

    public static async Task RunAsync(string role, string database, string broker)
    {
        var script = new Script
        {
            OnHandle = (_, @event, _) =>
            {
                if (@event.Title == Deadly) Die();
                return Task.CompletedTask;
            },
        };
        var service = role == Handles ? "risk-scoring" : "export-controls";
        await using var running = await TestService.StartAsync(
            service, database, broker, script, interceptor: role == CommitsAndDies ? new DieOnceCommitted() : null);
        if (role == CommitsAndDies) await running.CommitAsync(Events.Control());
        await Task.Delay(Timeout.Infinite);
    }

    public void Kill() => _process.Kill();

    public Task ExitAsync() => _process.WaitForExitAsync();

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static void Die() => Process.GetCurrentProcess().Kill();

    private sealed class DieOnceCommitted : SaveChangesInterceptor
    {
        public override ValueTask<int> SavedChangesAsync(
            SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
        {
            Die();
            return ValueTask.FromResult(result);
        }
    }
}
