namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>Tells the readers in this process that revisions were committed; those of other replicas are found by looking now and then.</summary>
internal sealed class CommittedRevisions
{
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ask before looking: what is committed in between is then not missed.</summary>
    public Task NextAsync() => Volatile.Read(ref next).Task;

    public void Announce() => Interlocked.Exchange(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
