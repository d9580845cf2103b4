using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.RiskScoring.Data;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Supply;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>Keeps prices' signals and asks for their minerals' scores in every economy, in the transaction that records the events.</summary>
internal sealed class PriceSignalChangedHandler(RiskDbContext db, SupplyBook book) : IHandleGroup<PriceSignalChanged>
{
    public async Task HandleAsync(IReadOnlyList<Heard<PriceSignalChanged>> events, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        var asked = new List<WorkItem>();
        // Signals in one order, and then all pairs at once: two groups that touch the same wait for one another and do not deadlock.
        var inOrder = events.Select(heard => (Key: SignalKey.Of(PriceReading.From(heard.Event)), Heard: heard))
            .OrderBy(e => e.Key.Key, StringComparer.Ordinal).ThenBy(e => e.Heard.Event.Version);
        foreach (var (key, heard) in inOrder)
        {
            var signal = heard.Event;
            if (!await SignalStore.ApplyAsync(connection, transaction, key, signal, signal.Silent, cancellationToken)) continue;
            var pairs = ScoredEconomies.All.Select(e => (Economy: e, signal.Mineral)).Where(p => book.Contains(p.Economy, p.Mineral) && book.Of(p.Economy, p.Mineral).Count > 0);
            asked.AddRange(WorkItem.Of(ScoredEconomies.InOrder(pairs), new WorkReason(signal.OccurredAt, signal.Silent, heard.TraceParent)));
        }

        await WorkTable.AskAsync(connection, transaction, asked, cancellationToken);
    }
}
