namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Tells when the service's schema is in place. A worker that reads or writes the database waits for it first; a request that comes
/// earlier is answered 503 without its waiting.
/// </summary>
public sealed class DatabaseReadiness
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    /// <summary>Why it is not ready yet, as a sentence.</summary>
    public string? Waiting { get; internal set; } = "The migrations have not been applied yet.";

    public Task WaitAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    internal void Set()
    {
        Waiting = null;
        _ready.TrySetResult();
    }
}
