namespace Chokepoint.Notifications.Dispatch;

/// <summary>
/// Deliveries that the transaction which made them has claimed, for the dispatcher of this process once it is committed: the look that
/// would find and claim them is a round trip of every reaction. A claim that comes to nothing with its process lapses as any other.
/// </summary>
internal sealed class FreshDeliveries(DueDeliveries due, DispatchSignal signal, ILogger<FreshDeliveries> log)
{
    private volatile Func<IReadOnlyList<ClaimedDelivery>, bool>? _begin;
    private volatile bool _isWanted;

    /// <summary>A dispatcher runs here, and nothing that came before waits for it.</summary>
    public bool IsWanted
    {
        get => _isWanted;
        set => _isWanted = value;
    }

    /// <param name="begin">Begins attempts, all or none; false where there is no slot for them at the moment.</param>
    public void Serve(Func<IReadOnlyList<ClaimedDelivery>, bool> begin) => _begin = begin;

    /// <summary>To be called after the commit, and only then.</summary>
    public void Committed(IReadOnlyList<ClaimedDelivery> claimed)
    {
        if (_begin is null || !_begin(claimed)) _ = GiveBackAsync(claimed);
    }

    private async Task GiveBackAsync(IReadOnlyList<ClaimedDelivery> claimed)
    {
        try
        {
            await due.ReleaseAsync(claimed, CancellationToken.None);
            signal.Raise();
        }
        catch (Exception error)
        {
            log.LogWarning(error, "{Count} claims could not be given back; they lapse", claimed.Count);
        }
    }
}
