using System.Globalization;
using Chokepoint.LocalHosting.Processes;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Chokepoint.LocalHosting.Servers;

/// <summary>Where a private RabbitMQ node lives and how it is set.</summary>
public sealed record RabbitMqOptions
{
    /// <summary>Holds the data, the log, the cookie and the password. Made when it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>For AMQP, on loopback; null takes a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Told of every process as soon as it runs.</summary>
    public Action<ChildProcess>? Launched { get; init; }

    /// <summary>Turns on the management plugin (its page and HTTP API) on a free loopback port. It slows the start by about a second.</summary>
    public bool Management { get; init; }

    /// <summary>Further lines of rabbitmq.conf.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];
}

/// <summary>
/// A private RabbitMQ node with an <c>epmd</c> of its own, so that it neither meets the machine's broker nor another platform's:
/// its own data, ports, cookie and password, on loopback only.
/// </summary>
public sealed class RabbitMqProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    private readonly RabbitMqOptions options;
    private readonly RabbitMqPrograms programs;
    private readonly string password;
    private readonly int distributionPort = FreePorts.Next();
    private readonly int epmdPort = FreePorts.Next();
    private ChildProcess? epmd;
    private ChildProcess? process;

    private RabbitMqProcess(RabbitMqOptions options, RabbitMqPrograms programs, string password)
    {
        this.options = options;
        this.programs = programs;
        this.password = password;
        Port = options.Port ?? FreePorts.Next();
        ManagementPort = options.Management ? FreePorts.Next() : null;
    }

    public int Port { get; }

    public int? ManagementPort { get; }

    public string Password => password;

    public string LogFile => Path.Combine(options.Folder, "rabbitmq.log");

    /// <summary>The running node; null before the first start.</summary>
    public ChildProcess? Process => process;

    /// <summary>Erlang's port mapper, which outlives a node unless it is ended by its id.</summary>
    public ChildProcess? PortMapper => epmd;

    /// <exception cref="LocalHostingException">Not installed.</exception>
    public static async Task<RabbitMqProcess> ProvisionAsync(RabbitMqOptions options, CancellationToken cancellationToken)
    {
        options = options with { Folder = Path.GetFullPath(options.Folder) };
        var installed = RabbitMqPrograms.Find();
        Directory.CreateDirectory(options.Folder);
        var (secret, _) = await Secrets.GetOrCreateAsync(Path.Combine(options.Folder, "rabbitmq.password"), cancellationToken);
        return new RabbitMqProcess(options, installed, secret);
    }

    /// <summary>As the services read it. Names of virtual hosts are escaped; <c>/</c> is the default one.</summary>
    public string ConnectionString(string virtualHost = "/")
    {
        var path = virtualHost == "/" ? "" : "/" + Uri.EscapeDataString(virtualHost);
        return string.Create(CultureInfo.InvariantCulture, $"amqp://guest:{Uri.EscapeDataString(password)}@127.0.0.1:{Port}{path}");
    }

    /// <summary>Starts the node and returns when it answers AMQP.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await RabbitMqConfiguration.WriteAsync(options, Port, ManagementPort, password, cancellationToken);
        if (epmd is null || epmd.HasExited)
        {
            epmd = ChildProcess.Start(new ChildProcessStart(
                "epmd", programs.PortMapper, ["-port", epmdPort.ToString(CultureInfo.InvariantCulture), "-address", "127.0.0.1"])
            {
                LogFile = LogFile,
            });
            options.Launched?.Invoke(epmd);
        }
        if (process is not null) await process.DisposeAsync();
        process = ChildProcess.Start(new ChildProcessStart("RabbitMQ", programs["rabbitmq-server"], [])
        {
            LogFile = LogFile,
            Environment = NodeEnvironment(),
        });
        options.Launched?.Invoke(process);
        if (!await AnswersAsync(process, cancellationToken))
        {
            throw new LocalHostingException(
                $"RabbitMQ did not start: {LogTail.Reason(LogFile, "error", "failed", "eacces", "enospc", "eaddrinuse")} (log: {LogFile}).");
        }
    }

    /// <summary>Stops the node and its port mapper.</summary>
    public async Task StopAsync()
    {
        if (process is not null) await process.StopAsync(StopGrace);
        if (epmd is not null) await epmd.StopAsync(TimeSpan.FromSeconds(2));
    }

    /// <summary>Ends the node as a crash would; the port mapper stays.</summary>
    public Task KillAsync() => process?.KillAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (process is not null) await process.DisposeAsync();
        if (epmd is not null) await epmd.DisposeAsync();
    }

    private Dictionary<string, string?> NodeEnvironment() => new(StringComparer.Ordinal)
    {
        ["HOME"] = options.Folder,
        ["RABBITMQ_NODENAME"] = "rabbit@localhost",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(options.Folder, "rabbitmq"),
        ["RABBITMQ_LOG_BASE"] = options.Folder,
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = Port.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_DIST_PORT"] = distributionPort.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = RabbitMqConfiguration.PluginsFile(options.Folder),
        ["RABBITMQ_CONFIG_FILE"] = RabbitMqConfiguration.File(options.Folder),
        ["RABBITMQ_CONF_ENV_FILE"] = RabbitMqConfiguration.EnvironmentFile(options.Folder),
        ["RABBITMQ_FEATURE_FLAGS_FILE"] = Path.Combine(options.Folder, "rabbitmq-feature-flags"),
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
        ["ERL_EPMD_PORT"] = epmdPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_CRASH_DUMP"] = "/dev/null",
        ["LC_ALL"] = "C.UTF-8",
        // The start script then executes the node in its own place, so that the id we hold is the node's and a signal reaches it.
        ["detached"] = "1",
    };

    private async Task<bool> AnswersAsync(ChildProcess started, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        var factory = new ConnectionFactory
        {
            Uri = new Uri(ConnectionString()),
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        };
        while (!started.HasExited)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(cancellationToken);
                await connection.CloseAsync(cancellationToken);
                return true;
            }
            catch (BrokerUnreachableException) when (TimeProvider.System.GetElapsedTime(since) < StartDeadline)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }
        }
        return false;
    }
}
