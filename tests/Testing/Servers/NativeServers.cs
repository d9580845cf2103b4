using System.Globalization;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.LocalHosting.Servers;

namespace Chokepoint.Testing.Servers;

/// <summary>Private servers from the programs installed on this machine, in a folder that goes away with them.</summary>
public sealed class NativeServers : IServers
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"chokepoint-tests-{Guid.NewGuid():n}");
    private PostgresProcess? postgres;
    private RabbitMqProcess? broker;

    /// <summary>Holds both servers' data and logs.</summary>
    public string Folder => folder;

    public PostgresProcess Postgres => postgres ?? throw NotStarted();

    public RabbitMqProcess Broker => broker ?? throw NotStarted();

    internal string PostgresConnectionString => Postgres.ConnectionString();

    internal string BrokerUri => Broker.ConnectionString();

    public Uri BrokerManagement => new(string.Create(
        CultureInfo.InvariantCulture, $"http://guest:{Broker.Password}@127.0.0.1:{Broker.ManagementPort}"));

    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(StartPostgresAsync(cancellationToken), StartBrokerAsync(cancellationToken));

    public async Task StartPostgresAsync(CancellationToken cancellationToken)
    {
        var options = new PostgresOptions { Folder = folder, SurvivesPowerLoss = false };
        postgres ??= await PostgresProcess.ProvisionAsync(options, cancellationToken);
        await postgres.StartAsync(cancellationToken);
    }

    public async Task StartBrokerAsync(CancellationToken cancellationToken)
    {
        var options = new RabbitMqOptions { Folder = folder, Management = true };
        broker ??= await RabbitMqProcess.ProvisionAsync(options, cancellationToken);
        await broker.StartAsync(cancellationToken);
    }

    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"test_{Guid.NewGuid():n}";
        await Postgres.CreateDatabaseAsync(name, cancellationToken);
        return Postgres.ConnectionString(name);
    }

    public async Task<string> CreateVirtualHostAsync(CancellationToken cancellationToken) =>
        Broker.ConnectionString(await BrokerAdministration.CreateVirtualHostAsync(BrokerManagement, cancellationToken));

    public Task StopBrokerAsync() => Broker.StopAsync();

    public Task KillBrokerAsync() => Broker.KillAsync();

    public Task FreezeBrokerAsync() => SignalBroker(Signal.Stop);

    public Task ThawBrokerAsync() => SignalBroker(Signal.Continue);

    public Task StopPostgresAsync() => Postgres.StopAsync();

    public Task KillPostgresAsync() => Postgres.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(
            broker?.DisposeAsync().AsTask() ?? Task.CompletedTask,
            postgres?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        PostgresProcess.DeleteData(folder);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private Task SignalBroker(int signal)
    {
        Broker.Process!.Send(signal);
        return Task.CompletedTask;
    }

    private static InvalidOperationException NotStarted() => new("The servers have not been started.");
}
