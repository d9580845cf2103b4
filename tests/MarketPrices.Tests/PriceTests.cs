using Chokepoint.Testing.Servers;

namespace Chokepoint.MarketPrices.Tests;

/// <summary>Tests that share one running service and nothing else: each finds it without data.</summary>
public abstract class PriceTests(PriceService prices) : IClassFixture<PriceService>, IAsyncLifetime
{
    protected PriceService Prices { get; } = prices;

    public async ValueTask InitializeAsync() => await EmptyDatabase.MakeAsync(Prices.Database);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
