using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Testing;
using Chokepoint.Testing.Ledger;
using Chokepoint.Testing.Platforms;

// Each class breaks a platform, and a platform takes the machine's two cores: one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Chokepoint.Faults.Tests;

/// <summary>A platform for the faults that it gets over by itself: whoever breaks it has put it right again when its test ends.</summary>
public sealed class RunningPlatform : IAsyncLifetime
{
    public PlatformProcess Platform { get; private set; } = null!;

    internal PlatformServers Servers => new(Platform.DataFolder);

    public async ValueTask InitializeAsync() => Platform = await PlatformProcess.StartAsync();

    public ValueTask DisposeAsync() => Platform.DisposeAsync();

    /// <summary>A ledger opened on a platform that is well, whatever the test before has done to it.</summary>
    internal async Task<PlatformLedger> OpenLedgerAsync()
    {
        await Platform.IsHealthyAsync();
        return await PlatformLedger.OpenAsync(Platform);
    }
}

[CollectionDefinition(nameof(RunningPlatform))]
public sealed class RunningPlatformTests : ICollectionFixture<RunningPlatform>;

/// <summary>What operators ask a platform while it is broken.</summary>
internal static class PlatformState
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>The gateway's verdict on all of it: <c>healthy</c>, <c>degraded</c>, <c>unhealthy</c>.</summary>
    public static async Task<(string Status, string Whole)> HealthAsync(this PlatformProcess platform)
    {
        try
        {
            using var answer = await platform.Client.GetAsync("/health");
            var whole = await answer.Content.ReadAsStringAsync();
            using var json = JsonDocument.Parse(whole);
            return (json.RootElement.GetProperty("status").GetString()!, whole);
        }
        catch (HttpRequestException away)
        {
            return ("unreachable", away.Message);
        }
    }

    public static Task<(string Status, string Whole)> IsHealthyAsync(this PlatformProcess platform) =>
        Eventually.BecomesAsync(platform.HealthAsync, health => health.Status == "healthy", Patience);

    public static Task<(string Status, string Whole)> IsDegradedAsync(this PlatformProcess platform) =>
        Eventually.BecomesAsync(platform.HealthAsync, health => health.Status == "degraded", Patience);

    /// <summary>Keeps a resource down until disposed; the engine would start it again at once.</summary>
    public static IDisposable KeptDown(this PlatformProcess platform, string resource, string process)
    {
        platform.Hold(resource);
        platform.Kill(process);
        return new Released(() => platform.Release(resource));
    }

    public static IDisposable Released(Action undo) => new Released(undo);

    /// <summary>The event of a clause that reached the scores last.</summary>
    public static async Task<(Guid Id, string Json)> NewestEventAsync(this PlatformServers servers)
    {
        var json = (await servers.QueryAsync("riskdb", "SELECT event FROM clause_versions ORDER BY received_at DESC LIMIT 1", row => row.GetString(0))).Single();
        return (JsonNode.Parse(json)!["eventId"]!.GetValue<Guid>(), json);
    }
}

/// <summary>Undoes a fault, whatever became of the test.</summary>
internal sealed class Released(Action undo) : IDisposable
{
    public void Dispose() => undo();
}
