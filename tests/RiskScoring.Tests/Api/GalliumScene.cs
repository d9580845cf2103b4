using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing;
using Chokepoint.Testing.Servers;

namespace Chokepoint.RiskScoring.Tests.Api;

/// <summary>One service with a licence and a suspended ban on gallium, asked over HTTP; the clock stands at 1 June 2026.</summary>
[CollectionDefinition(nameof(GalliumScene))]
public sealed class GalliumScene(ServersFixture servers) : ICollectionFixture<GalliumScene>, IAsyncLifetime
{
    internal RiskService Risk { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Risk = await RiskService.StartAsync(servers, new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
        await using var controls = await Peer.StartAsync("export-controls", await servers.CreateDatabaseAsync(), Risk.Broker);
        await controls.AnnounceAsync(Events.Licence("CHN", "2023-23", ["gallium", "germanium"], Risk.Clock.GetUtcNow().AddDays(-1)));
        await Eventually.IsTrueAsync(async () => (await Risk.ScoreAsync("USA", "gallium")).Version == 2);
        await controls.AnnounceAsync(Events.SuspendedBan(Risk.Clock.GetUtcNow()));
        await Eventually.IsTrueAsync(async () => (await Risk.ScoreAsync("USA", "gallium")).Version == 3);
    }

    public ValueTask DisposeAsync() => Risk.DisposeAsync();
}
