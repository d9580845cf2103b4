namespace Chokepoint.ExportControls.Knowledge;

/// <summary>The first so many of a stream in an order that the stream does not come in; the rest is not held.</summary>
internal sealed class FirstInOrder<TItem, TPosition>(int most, Comparer<TPosition> order)
{
    private readonly PriorityQueue<TItem, TPosition> _kept = new(Comparer<TPosition>.Create((a, b) => order.Compare(b, a)));

    public void Add(TItem item, TPosition position)
    {
        if (_kept.Count < most) _kept.Enqueue(item, position);
        else _kept.EnqueueDequeue(item, position);
    }

    public IReadOnlyList<(TItem Item, TPosition Position)> InOrder() => [.. _kept.UnorderedItems.OrderBy(i => i.Priority, order).Select(i => (i.Element, i.Priority))];
}
