using Chokepoint.LocalHosting.Model;
using Chokepoint.LocalHosting.Processes;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>Starts one process of one resource, keeps it running and stops it.</summary>
internal abstract class Runner(Resource resource, string name, EngineContext context) : IDisposable
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource stopping = new();
    private Task supervision = Task.CompletedTask;

    public Resource Resource { get; } = resource;

    public string Name { get; } = name;

    /// <summary>Completes when the resource has been healthy for the first time; fails when it cannot start.</summary>
    public Task Ready => ready.Task;

    protected EngineContext Context { get; } = context;

    /// <summary>A server that cannot start ends the platform's start with its reason; a service is tried again.</summary>
    protected abstract bool FailsForGood { get; }

    /// <summary>Waits for what this resource waits for, then starts it and keeps it running until it is stopped.</summary>
    public void Begin(Func<IResource, Task> healthy) => supervision = SuperviseAsync(healthy);

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await supervision;
        await EndAsync();
    }

    public void Dispose() => stopping.Dispose();

    /// <summary>Starts the process and returns when it is healthy; returns false when it ended instead.</summary>
    protected abstract Task<bool> StartAsync(CancellationToken cancellationToken);

    protected abstract ChildProcess? Process { get; }

    protected abstract Task EndAsync();

    private async Task SuperviseAsync(Func<IResource, Task> healthy)
    {
        try
        {
            // A server's address is known only once it runs: whoever refers to it waits for it, said or not.
            var servers = Resource.References.Select(reference => reference.Source).Where(source => source is not ProjectResource);
            await Task.WhenAll(Resource.WaitsFor.Concat(servers).Select(healthy)).WaitAsync(stopping.Token);
            var backOff = FirstBackOff;
            while (true)
            {
                var since = TimeProvider.System.GetTimestamp();
                if (await TryStartAsync())
                {
                    if (!ready.TrySetResult()) Context.Console.Line(Name, "is back");
                    await Process!.WaitForExitAsync(stopping.Token);
                }
                if (TimeProvider.System.GetElapsedTime(since) > Steady) backOff = FirstBackOff;
                var how = Process is { HasExited: true } ended ? $"ended with code {ended.ExitCode}" : "did not start";
                Context.Console.Line(Name, $"{how}; next attempt in {backOff.TotalSeconds:0.#} s");
                await Task.Delay(backOff, stopping.Token);
                await WhileHeldAsync();
                backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            ready.TrySetCanceled();
        }
        catch (Exception e)
        {
            ready.TrySetException(e as LocalHostingException ?? new LocalHostingException($"{Name} did not start: {e.Message}", e));
        }
    }

    private async Task<bool> TryStartAsync()
    {
        try
        {
            return await StartAsync(stopping.Token);
        }
        catch (Exception e) when ((!FailsForGood || ready.Task.IsCompleted) && !stopping.IsCancellationRequested)
        {
            // Whatever it was, a full disk among others: what ran once is tried until it runs again.
            Context.Console.Line(Name, e.Message);
            return false;
        }
    }

    // An operator, or a fault test, keeps a resource down by a file: hold/<name> in the data folder.
    private async Task WhileHeldAsync()
    {
        var hold = Context.Folder.File(Path.Combine("hold", Name));
        if (File.Exists(hold)) Context.Console.Line(Name, $"is held down by {hold}");
        while (File.Exists(hold)) await Task.Delay(TimeSpan.FromMilliseconds(100), stopping.Token);
    }
}
