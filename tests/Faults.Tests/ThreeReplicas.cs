using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>A platform as <c>./run --replicas 3</c> starts it.</summary>
public sealed class ThreeReplicas : IAsyncLifetime
{
    internal static readonly string[] Services = ["controls", "prices", "trade", "risk", "notifications"];

    public PlatformProcess Platform { get; private set; } = null!;

    internal PlatformServers Servers => new(Platform.DataFolder);

    public async ValueTask InitializeAsync() => Platform = await PlatformProcess.StartAsync(new PlatformOptions { Replicas = 3 });

    public ValueTask DisposeAsync() => Platform.DisposeAsync();

    internal async Task<PlatformLedger> OpenLedgerAsync()
    {
        await Platform.IsHealthyAsync();
        return await PlatformLedger.OpenAsync(Platform);
    }
}

[CollectionDefinition(nameof(ThreeReplicas))]
public sealed class ThreeReplicasTests : ICollectionFixture<ThreeReplicas>;
