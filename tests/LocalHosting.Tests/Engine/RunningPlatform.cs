using Chokepoint.Testing.Platforms;

namespace Chokepoint.LocalHosting.Tests.Engine;

/// <summary>Platforms take the machine's two cores for their start: these tests run one after another.</summary>
[CollectionDefinition(nameof(Platforms), DisableParallelization = true)]
public sealed class Platforms : ICollectionFixture<RunningPlatform>;

/// <summary>A platform that several tests look at.</summary>
public sealed class RunningPlatform : IAsyncLifetime
{
    public PlatformProcess Platform { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Platform = await PlatformProcess.StartAsync();

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
