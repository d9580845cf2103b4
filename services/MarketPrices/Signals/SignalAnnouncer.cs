using Chokepoint.Contracts;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.Messaging.Outbox;
using Npgsql;

namespace Chokepoint.MarketPrices.Signals;

/// <summary>A price below which an operator wants to know, as a contract for difference would; <paramref name="Unit"/> one of mass.</summary>
internal sealed record PriceFloor(double Price, string Unit, string Currency)
{
    /// <summary>Mended from this multiple of the floor on: a price on the edge does not announce itself daily.</summary>
    private const double Mended = 1.01;

    /// <summary>
    /// Whether a series' prices, in order of date, leave the floor broken: a price below it breaks it, and one clearly above it mends it. Never
    /// of a series that it says nothing about: another currency, or a unit that is not one of mass.
    /// </summary>
    public bool IsBrokenBy(SeriesIdentity series, IReadOnlyList<Price> prices)
    {
        if (series.Currency != Currency || Units.PerKilogram(Price, Unit) is not { } floor) return false;
        for (var i = prices.Count - 1; i >= 0 && Units.PerKilogram(prices[i].Value, series.Unit) is { } now; i--)
        {
            if (now < floor) return true;
            if (now >= floor * Mended) return false;
        }
        return false;
    }
}

/// <summary>
/// Takes the signals of touched series anew, in the transaction that touched them, and publishes those whose level changed or whose
/// floor was broken or mended; and, for scores alone, those whose figures moved within their level.
/// </summary>
internal sealed class SignalAnnouncer(IOutbox outbox, TimeProvider clock)
{
    /// <summary>The fold of a daily series needs its three years of returns and as long again to settle; coarser ones are read whole.</summary>
    private const int MostPrices = 2600;

    public async Task AnnounceAsync(NpgsqlTransaction transaction, IReadOnlyList<int> series, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var events = new List<PriceSignalChanged>();
        foreach (var no in series.Order())
        {
            if (await EvaluateAsync(connection, no, cancellationToken) is { } changed) events.Add(changed);
        }
        await outbox.WriteAsync(transaction, events, cancellationToken);
    }

    private async Task<PriceSignalChanged?> EvaluateAsync(NpgsqlConnection connection, int no, CancellationToken cancellationToken)
    {
        var (id, identity, floor) = await SignalStore.SeriesAsync(connection, no, cancellationToken);
        var prices = await SignalStore.PricesAsync(connection, no, MostPrices, cancellationToken);
        var signal = PriceSignals.Of(prices, identity.Frequency);
        if (signal is null) return null;
        var breached = floor?.IsBrokenBy(identity, prices) ?? false;
        var before = await SignalStore.LastAsync(connection, no, cancellationToken);
        // A series that begins calm is no news to subscribers; it is remembered, so that its first move is.
        var news = before is null ? signal.Level is not SignalLevel.Normal || breached : before.Level != signal.Level || before.FloorBreached != breached;
        var announce = news || SignalSteps.Differ(before, signal);
        var version = (before?.Version ?? 0) + (announce ? 1 : 0);
        await SignalStore.SaveAsync(connection, no, signal, breached, version, cancellationToken);
        if (!announce) return null;
        return SignalEvents.Of(id, identity, signal, breached, before?.Level, version, clock.GetUtcNow()) with { Routine = !news };
    }
}
