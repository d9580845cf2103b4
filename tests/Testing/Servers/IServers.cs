namespace Chokepoint.Testing.Servers;

/// <summary>A Postgres and a RabbitMQ for tests: the real ones, wherever they come from.</summary>
public interface IServers : IAsyncDisposable
{
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>The connection string of a new, empty database.</summary>
    Task<string> CreateDatabaseAsync(CancellationToken cancellationToken);

    /// <summary>The <c>amqp://</c> URI of a new, empty virtual host: no queue or message of another test is in it.</summary>
    Task<string> CreateVirtualHostAsync(CancellationToken cancellationToken);

    /// <summary>RabbitMQ's management HTTP API, with the user and password in the URI; its statistics are off.</summary>
    Uri BrokerManagement { get; }

    Task StartBrokerAsync(CancellationToken cancellationToken);

    Task StopBrokerAsync();

    /// <summary>As a crash would end it. What was on disk is there again after <see cref="StartBrokerAsync"/>, on the same port.</summary>
    Task KillBrokerAsync();

    /// <summary>Suspends the broker: its connections stay open and nothing answers.</summary>
    Task FreezeBrokerAsync();

    Task ThawBrokerAsync();

    Task StartPostgresAsync(CancellationToken cancellationToken);

    Task StopPostgresAsync();

    Task KillPostgresAsync();
}
