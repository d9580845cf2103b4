using System.Globalization;
using Chokepoint.LocalHosting.Processes;
using Npgsql;

namespace Chokepoint.LocalHosting.Servers;

/// <summary>Where a private Postgres lives and how it is set.</summary>
public sealed record PostgresOptions
{
    /// <summary>Holds the data, the log and the password. Made when it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>On loopback; null takes a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Told of every process as soon as it runs.</summary>
    public Action<ChildProcess>? Launched { get; init; }

    public int MaxConnections { get; init; } = 300;

    /// <summary>
    /// False leaves the writing to disk to the system: data survives the death of the server, not that of the machine. For tests.
    /// </summary>
    public bool SurvivesPowerLoss { get; init; } = true;

    /// <summary>Further settings of postgresql.conf.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>A private PostgreSQL server: its own data, port and password, on loopback only, started and ended with the platform.</summary>
public sealed class PostgresProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(8);

    private readonly PostgresOptions options;
    private readonly PostgresPrograms programs;
    private readonly string password;
    private ChildProcess? process;

    private PostgresProcess(PostgresOptions options, string dataFolder, PostgresPrograms programs, string password)
    {
        this.options = options;
        DataFolder = dataFolder;
        this.programs = programs;
        this.password = password;
        Port = options.Port ?? FreePorts.Next();
    }

    public int Port { get; }

    public string DataFolder { get; }

    public string LogFile => Path.Combine(options.Folder, "postgres.log");

    /// <summary>The running server; null before the first start.</summary>
    public ChildProcess? Process => process;

    /// <summary>Finds the installed programs and makes the data folder where there is none; the server does not run yet.</summary>
    /// <exception cref="LocalHostingException">Not installed, or a data folder of another version.</exception>
    public static async Task<PostgresProcess> ProvisionAsync(PostgresOptions options, CancellationToken cancellationToken)
    {
        options = options with { Folder = Path.GetFullPath(options.Folder) };
        Directory.CreateDirectory(options.Folder);
        var dataFolder = await PostgresDataFolder.ResolveAsync(options.Folder, cancellationToken);
        var installed = await PostgresPrograms.FindAsync(dataFolder, cancellationToken);
        var (secret, _) = await Secrets.GetOrCreateAsync(Path.Combine(options.Folder, "postgres.password"), cancellationToken);
        if (!File.Exists(Path.Combine(dataFolder, "PG_VERSION")))
        {
            await PostgresDataFolder.InitializeAsync(dataFolder, installed, secret, cancellationToken);
        }
        return new PostgresProcess(options, dataFolder, installed, secret);
    }

    /// <summary>Deletes the data of a server that does not run, wherever it is kept.</summary>
    public static void DeleteData(string folder) => PostgresDataFolder.Delete(Path.GetFullPath(folder));

    /// <summary>As the services read it.</summary>
    public string ConnectionString(string database = "postgres") => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Password={password};Database={database}");

    /// <summary>Starts the server and returns when it answers. After a crash it recovers from its log first.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // After a SIGKILL the server's backends need a moment to notice; until then a new server refuses the data.
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (process is not null) await process.DisposeAsync();
            process = Launch();
            options.Launched?.Invoke(process);
            if (await AnswersAsync(process, cancellationToken)) return;
            var reason = LogTail.Reason(LogFile, "FATAL", "PANIC", "could not");
            var retry = reason.Contains("shared memory block", StringComparison.Ordinal) || reason.Contains("lock file", StringComparison.Ordinal);
            if (!retry || TimeProvider.System.GetElapsedTime(deadline) > TimeSpan.FromSeconds(15))
            {
                throw new LocalHostingException($"Postgres did not start: {reason} (log: {LogFile}).");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }

    public async Task CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString() + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null) return;
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends sessions, writes a checkpoint and stops ("fast" shutdown).</summary>
    public Task StopAsync() => process?.StopAsync(StopGrace, Signal.Interrupt) ?? Task.CompletedTask;

    /// <summary>Ends the server as a crash would; its backends notice and end too.</summary>
    public Task KillAsync() => process?.KillAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (process is not null) await process.DisposeAsync();
    }

    private ChildProcess Launch()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = Port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = "",
            ["max_connections"] = options.MaxConnections.ToString(CultureInfo.InvariantCulture),
            ["shared_buffers"] = "128MB",
            ["jit"] = "off", // compiling short queries costs more than it saves
            ["logging_collector"] = "off",
            ["log_destination"] = "stderr",
            ["log_min_messages"] = "warning",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
        };
        if (!options.SurvivesPowerLoss)
        {
            settings["fsync"] = "off";
            settings["full_page_writes"] = "off";
        }
        foreach (var (name, value) in options.Settings) settings[name] = value;
        return ChildProcess.Start(new ChildProcessStart(
            "Postgres", programs["postgres"], ["-D", DataFolder, .. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" })])
        {
            User = Account.Unprivileged,
            LogFile = LogFile,
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["LC_ALL"] = "C.UTF-8", ["PGDATA"] = null },
        });
    }

    private async Task<bool> AnswersAsync(ChildProcess started, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!started.HasExited)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString() + ";Pooling=false;Timeout=5");
                await connection.OpenAsync(cancellationToken);
                return true;
            }
            catch (NpgsqlException) when (TimeProvider.System.GetElapsedTime(since) < StartDeadline)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }
        }
        return false;
    }
}
