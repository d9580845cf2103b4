using Chokepoint.Imports;
using Chokepoint.Messaging;
using Chokepoint.Polling;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.TradeFlows.Data;

/// <summary>
/// The service's tables that EF Core maintains. The flows themselves are partitioned and only ever written in bulk: see
/// <see cref="FlowTables"/>.
/// </summary>
internal sealed class TradeDbContext(DbContextOptions<TradeDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddMessagingTables().AddImportTables().AddPollingTables();
}
