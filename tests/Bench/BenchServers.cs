using Chokepoint.LocalHosting.Servers;
using Chokepoint.ServiceDefaults;
using Npgsql;

namespace Chokepoint.Bench;

/// <summary>The servers as <c>./run</c> starts them, durable as there, in a folder that goes away with them.</summary>
internal sealed class BenchServers : IAsyncDisposable
{
    private readonly string _folder;
    private readonly PostgresProcess _postgres;
    private readonly RabbitMqProcess _broker;

    private BenchServers(string folder, PostgresProcess postgres, RabbitMqProcess broker) =>
        (_folder, _postgres, _broker) = (folder, postgres, broker);

    public ProcessorTime Processor => new(_postgres.Process!.Id, _broker.Process!.Id);

    public string Broker => _broker.ConnectionString("/");

    public static async Task<BenchServers> StartAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"chokepoint-bench-{Guid.NewGuid():n}");
        var postgres = await PostgresProcess.ProvisionAsync(new PostgresOptions { Folder = folder }, cancellationToken);
        var broker = await RabbitMqProcess.ProvisionAsync(new RabbitMqOptions { Folder = folder }, cancellationToken);
        await Task.WhenAll(postgres.StartAsync(cancellationToken), broker.StartAsync(cancellationToken));
        return new BenchServers(folder, postgres, broker);
    }

    /// <summary>Connections set as a service's.</summary>
    public static NpgsqlDataSource DataSource(string database)
    {
        var source = new NpgsqlDataSourceBuilder(database);
        ServiceDatabase.SetDefaults(source.ConnectionStringBuilder, database, poolSize: 16, application: "bench");
        return source.Build();
    }

    public async Task<string> DatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await _postgres.CreateDatabaseAsync(name, cancellationToken);
        return _postgres.ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_broker.DisposeAsync().AsTask(), _postgres.DisposeAsync().AsTask());
        PostgresProcess.DeleteData(_folder);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
