namespace Chokepoint.Gateway.Forwarding;

/// <summary>In the order in which they are tried.</summary>
internal enum ReplicaState
{
    Up,

    /// <summary>Not reached, or not ready, when it was last asked.</summary>
    Down,

    /// <summary>It said that it is about to end: what is sent to it may meet a closing door.</summary>
    Leaving,
}

/// <summary>One process of a service, and whether requests are sent to it at the moment.</summary>
internal sealed class Replica
{
    private volatile ReplicaState _state = ReplicaState.Up;

    public Replica(Uri address)
    {
        Address = address;
        Exchange = new Exchange(this);
    }

    /// <summary>Its root, with a slash at the end.</summary>
    public Uri Address { get; }

    public Exchange Exchange { get; }

    /// <summary>Assumed to be up until a request or a probe finds otherwise, so that nothing waits for the first probe.</summary>
    public ReplicaState State
    {
        get => _state;
        set => _state = value;
    }
}

/// <summary>The replicas of a service, taken in turn, the ones that are down left out while another is up.</summary>
internal sealed class ReplicaSet(Area area, IReadOnlyList<Replica> replicas)
{
    private uint _turn;

    public Area Area { get; } = area;

    public IReadOnlyList<Replica> Replicas { get; } = replicas;

    /// <summary>
    /// The order in which to try them for one request: those up first, each time beginning with the next. One that is not comes later
    /// rather than not at all: the probe may be behind, and an answer from it beats a refusal.
    /// </summary>
    public IEnumerable<Replica> InTurn()
    {
        var first = (int)(Interlocked.Increment(ref _turn) % (uint)Math.Max(1, Replicas.Count));
        return Enumerable.Range(0, Replicas.Count)
            .Select(offset => Replicas[(first + offset) % Replicas.Count])
            .OrderBy(replica => replica.State);
    }
}
