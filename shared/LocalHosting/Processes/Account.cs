using System.Globalization;

namespace Chokepoint.LocalHosting.Processes;

/// <summary>A user of the system that a child process may become when the platform itself is run by root.</summary>
public sealed record Account(string Name, int UserId, int GroupId)
{
    /// <summary>Whom Postgres runs as, since its programs refuse root: null when we are not root, and it runs as we do.</summary>
    public static Account? Unprivileged { get; } =
        Environment.IsPrivilegedProcess ? Find("postgres") ?? Find("nobody") : null;

    /// <summary>Gives a folder and all in it to this user.</summary>
    public async Task GiveAsync(string path, CancellationToken cancellationToken)
    {
        var start = new ChildProcessStart("chown", "chown", ["-R", $"{UserId}:{GroupId}", path]);
        var (exitCode, output) = await ChildProcess.RunAsync(start, cancellationToken);
        if (exitCode != 0) throw new LocalHostingException($"{path} cannot be given to user {Name}: {output}");
    }

    /// <summary>Whether this user may walk to a folder: every one of its ancestors has to let it pass.</summary>
    public async Task<bool> CanReachAsync(string path, CancellationToken cancellationToken)
    {
        var start = new ChildProcessStart("test", "test", ["-x", path]) { User = this };
        return (await ChildProcess.RunAsync(start, cancellationToken)).ExitCode == 0;
    }

    private static Account? Find(string name)
    {
        if (!File.Exists("/etc/passwd")) return null;
        var fields = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(line => line.Length > 3 && line[0] == name);
        return fields is null
            ? null
            : new Account(name, int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
    }
}
