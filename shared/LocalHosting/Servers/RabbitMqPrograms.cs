namespace Chokepoint.LocalHosting.Servers;

/// <summary>An installed RabbitMQ: the folder of its own scripts, not Debian's wrapper, which insists on the machine's node.</summary>
internal sealed record RabbitMqPrograms(string Folder, string PortMapper)
{
    public string this[string program] => Path.Combine(Folder, program);

    public static RabbitMqPrograms Find() => Find(Candidates(), Environment.GetEnvironmentVariable("PATH") ?? "");

    /// <param name="candidates">Folders where it may be; the last that holds it wins.</param>
    /// <param name="searchPath">Where programs are looked for, as in <c>PATH</c>.</param>
    public static RabbitMqPrograms Find(IEnumerable<string> candidates, string searchPath)
    {
        var folder = candidates.LastOrDefault(folder => File.Exists(Path.Combine(folder, "rabbitmq-server")));
        var epmd = searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"])
            .Select(path => Path.Combine(path, "epmd"))
            .FirstOrDefault(File.Exists);
        return folder is not null && epmd is not null
            ? new RabbitMqPrograms(folder, epmd)
            : throw new LocalHostingException(
                "RabbitMQ is not installed: install it (Debian, Ubuntu: apt-get install rabbitmq-server; macOS: brew install rabbitmq), "
                + "or start the platform with ./run, which does.");
    }

    private static IEnumerable<string> Candidates()
    {
        foreach (var folder in new[] { "/usr/local/opt/rabbitmq/sbin", "/opt/homebrew/opt/rabbitmq/sbin", "/opt/rabbitmq/sbin" }) yield return folder;
        if (!Directory.Exists("/usr/lib/rabbitmq/lib")) yield break;
        foreach (var folder in Directory.EnumerateDirectories("/usr/lib/rabbitmq/lib").Order(StringComparer.Ordinal))
        {
            yield return Path.Combine(folder, "sbin");
        }
    }
}
