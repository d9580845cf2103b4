using Chokepoint.LocalHosting.Model;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.LocalHosting.Servers;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>The platform's Postgres, with the databases that the model names.</summary>
internal sealed class PostgresRunner(PostgresServerResource resource, EngineContext context) : Runner(resource, resource.Name, context)
{
    private PostgresProcess? server;
    private bool hasDatabases;

    protected override bool FailsForGood => true;

    protected override ChildProcess? Process => server?.Process;

    protected override async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        if (server is null)
        {
            var options = new PostgresOptions { Folder = Context.Folder.Path, Port = resource.Port, Launched = Context.Folder.Processes.Add };
            server = await PostgresProcess.ProvisionAsync(options, cancellationToken);
            Context.ConnectionStrings[resource] = () => server.ConnectionString();
            foreach (var database in resource.Databases) Context.ConnectionStrings[database] = () => server.ConnectionString(database.DatabaseName);
        }
        await server.StartAsync(cancellationToken);
        if (hasDatabases) return true;
        foreach (var database in resource.Databases) await server.CreateDatabaseAsync(database.DatabaseName, cancellationToken);
        return hasDatabases = true;
    }

    protected override async Task EndAsync()
    {
        if (server is not null) await server.DisposeAsync();
    }
}

/// <summary>The platform's RabbitMQ.</summary>
internal sealed class BrokerRunner(RabbitMQServerResource resource, EngineContext context) : Runner(resource, resource.Name, context)
{
    private RabbitMqProcess? server;
    private Task watch = Task.CompletedTask;

    protected override bool FailsForGood => true;

    protected override ChildProcess? Process => server?.Process;

    protected override async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        if (server is null)
        {
            server = await RabbitMqProcess.ProvisionAsync(
                new RabbitMqOptions
                {
                    Folder = Context.Folder.Path,
                    Port = resource.Port,
                    Management = resource.HasManagement,
                    Launched = Context.Folder.Processes.Add,
                },
                cancellationToken);
            Context.ConnectionStrings[resource] = () => server.ConnectionString();
            watch = BrokerAlarms.WatchAsync(server.LogFile, text => Context.Console.Line(Name, text), cancellationToken);
        }
        await server.StartAsync(cancellationToken);
        return true;
    }

    protected override async Task EndAsync()
    {
        await watch;
        if (server is not null) await server.DisposeAsync();
    }
}
