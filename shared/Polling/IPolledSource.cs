namespace Chokepoint.Polling;

/// <summary>
/// A public source that is asked from time to time for what is new. Register it by
/// <see cref="PollingExtensions.AddPolledSource{TSource}"/>; it is made by the container, once.
/// </summary>
public interface IPolledSource
{
    /// <summary>Asks once: fetches by <see cref="PollTurn.FetchAsync"/>, and stores what is new with <see cref="PollTurn.AdvanceAsync"/>.</summary>
    /// <remarks>
    /// Only one process polls a source at a time. A turn may end anywhere, by a kill too; the next goes on from the last
    /// <see cref="PollTurn.AdvanceAsync"/>. Returning is a success; throwing is a failure that is kept, shown and tried again later.
    /// </remarks>
    /// <exception cref="PollException">The source did not answer, or not what was expected.</exception>
    Task PollAsync(PollTurn turn, CancellationToken cancellationToken);
}
