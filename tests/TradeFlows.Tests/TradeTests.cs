using Chokepoint.Testing.Servers;

namespace Chokepoint.TradeFlows.Tests;

/// <summary>Tests that share one running service and nothing else: each finds it without data.</summary>
public abstract class TradeTests(TradeService trade) : IClassFixture<TradeService>, IAsyncLifetime
{
    protected TradeService Trade { get; } = trade;

    public async ValueTask InitializeAsync() => await EmptyDatabase.MakeAsync(Trade.Database);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
