using System.Globalization;

namespace Chokepoint.LocalHosting.Servers;

/// <summary>The files a private RabbitMQ node reads.</summary>
internal static class RabbitMqConfiguration
{
    public static string File(string folder) => Path.Combine(folder, "rabbitmq.conf");

    public static string PluginsFile(string folder) => Path.Combine(folder, "rabbitmq-plugins");

    /// <summary>Empty, and there so that the machine's own <c>rabbitmq-env.conf</c> is not read.</summary>
    public static string EnvironmentFile(string folder) => Path.Combine(folder, "rabbitmq-env.conf");

    public static async Task WriteAsync(
        RabbitMqOptions options, int port, int? managementPort, string password, CancellationToken cancellationToken)
    {
        var cookie = Path.Combine(options.Folder, ".erlang.cookie");
        if (!System.IO.File.Exists(cookie)) await Secrets.WriteAsync(cookie, Secrets.New(), cancellationToken);
        await System.IO.File.WriteAllTextAsync(EnvironmentFile(options.Folder), "", cancellationToken);
        await System.IO.File.WriteAllTextAsync(
            PluginsFile(options.Folder), managementPort is null ? "[].\n" : "[rabbitmq_management].\n", cancellationToken);

        string[] lines =
        [
            string.Create(CultureInfo.InvariantCulture, $"listeners.tcp.default = 127.0.0.1:{port}"),
            "default_user = guest",
            $"default_pass = {password}",
            "collect_statistics_interval = 60000", // nobody looks at them every five seconds, and they cost an idle node most of its time
            "log.console = true",
            "log.console.level = warning",
            "log.file = false",
        ];
        string[] management = managementPort is null
            ? []
            :
            [
                "management.tcp.ip = 127.0.0.1",
                string.Create(CultureInfo.InvariantCulture, $"management.tcp.port = {managementPort}"),
                "management_agent.disable_metrics_collector = true",
            ];
        await Secrets.WriteAsync(File(options.Folder), string.Join('\n', [.. lines, .. management, .. options.Configuration]), cancellationToken);
    }
}
