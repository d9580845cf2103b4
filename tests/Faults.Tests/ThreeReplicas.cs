using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>A platform as <c>./run --replicas 3</c> starts it.</summary>
public sealed class ThreeReplicas : IAsyncLifetime
{
    internal static readonly string[] Services = ["controls", "prices", "trade", "risk", "notifications"];

    public PlatformProcess Platform { get; private set; } = null!;

    internal PlatformServers Servers => new(Platform.DataFolder);

    /// <summary>Scores beyond the first of each pair when it had started, before any test: there is nobody to cause one.</summary>
    public long ScoredAgain { get; private set; }

    /// <summary>What was said of processes that ended while it started.</summary>
    public IReadOnlyList<string> EndedWhileStarting { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        Platform = await PlatformProcess.StartAsync(new PlatformOptions { Replicas = 3 });
        ScoredAgain = await Servers.CountAsync("riskdb", "SELECT count(*) FROM revisions WHERE version > 1");
        EndedWhileStarting = [.. Platform.Output.Where(line => line.Contains("ended with code", StringComparison.Ordinal))];
    }

    public ValueTask DisposeAsync() => Platform.DisposeAsync();

    internal async Task<PlatformLedger> OpenLedgerAsync()
    {
        await Platform.IsHealthyAsync();
        return await PlatformLedger.OpenAsync(Platform);
    }
}

[CollectionDefinition(nameof(ThreeReplicas))]
public sealed class ThreeReplicasTests : ICollectionFixture<ThreeReplicas>;
