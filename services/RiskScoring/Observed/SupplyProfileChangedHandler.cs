using Chokepoint.Contracts;
using Chokepoint.Messaging;
using Chokepoint.RiskScoring.Data;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Supply;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Chokepoint.RiskScoring.Observed;

/// <summary>Keeps what importers of the scored ones buy from whom, and asks for their scores, in the transaction that records the events.</summary>
internal sealed class SupplyProfileChangedHandler(RiskDbContext db, SupplyBook book) : IHandleGroup<SupplyProfileChanged>
{
    public async Task HandleAsync(IReadOnlyList<Heard<SupplyProfileChanged>> events, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        var asked = new List<WorkItem>();
        // In one order, as prices are.
        var readings = events.Where(heard => book.Contains(heard.Event.Importer, heard.Event.Mineral))
            .Select(heard => (heard, Reading: SupplyReading.From(heard.Event))).Where(e => e.Reading is not null)
            .Select(e => (Key: SignalKey.Of(e.Reading!), e.heard)).OrderBy(e => e.Key.Key, StringComparer.Ordinal).ThenBy(e => e.heard.Event.Version);
        foreach (var (key, heard) in readings)
        {
            var profile = heard.Event;
            if (!await SignalStore.ApplyAsync(connection, transaction, key, profile, profile.Silent, cancellationToken)) continue;
            asked.AddRange(WorkItem.Of([(profile.Importer, profile.Mineral)], new WorkReason(profile.OccurredAt, profile.Silent, heard.TraceParent)));
        }

        await WorkTable.AskAsync(connection, transaction, asked, cancellationToken);
    }
}
