using System.Globalization;
using System.Text.RegularExpressions;
using Chokepoint.LocalHosting.Processes;

namespace Chokepoint.LocalHosting.Servers;

/// <summary>An installed PostgreSQL: the folder of its programs and its major version.</summary>
internal sealed partial record PostgresPrograms(string Folder, int Version)
{
    public string this[string program] => Path.Combine(Folder, program);

    /// <summary>The installed version that made <paramref name="dataFolder"/>, or the newest when the folder is still empty.</summary>
    public static Task<PostgresPrograms> FindAsync(string dataFolder, CancellationToken cancellationToken) =>
        FindAsync(dataFolder, Candidates(), cancellationToken);

    public static async Task<PostgresPrograms> FindAsync(string dataFolder, IEnumerable<string> candidates, CancellationToken cancellationToken)
    {
        var installed = new List<PostgresPrograms>();
        foreach (var folder in candidates.Where(folder => File.Exists(Path.Combine(folder, "initdb"))).Distinct(StringComparer.Ordinal))
        {
            var version = new ChildProcessStart("postgres", Path.Combine(folder, "postgres"), ["--version"]);
            var match = MajorVersion().Match((await ChildProcess.RunAsync(version, cancellationToken)).Output);
            if (match.Success) installed.Add(new PostgresPrograms(folder, int.Parse(match.Groups["major"].Value, CultureInfo.InvariantCulture)));
        }

        if (installed.Count == 0)
        {
            throw new LocalHostingException(
                "PostgreSQL is not installed: install it (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql), "
                + "or start the platform with ./run, which does.");
        }

        var versionFile = Path.Combine(dataFolder, "PG_VERSION");
        if (!File.Exists(versionFile)) return installed.MaxBy(found => found.Version)!;
        var made = (await File.ReadAllTextAsync(versionFile, cancellationToken)).Trim();
        return installed.Find(found => found.Version.ToString(CultureInfo.InvariantCulture) == made)
            ?? throw new LocalHostingException(
                $"The data in {dataFolder} was made by PostgreSQL {made}, and here is PostgreSQL "
                + $"{string.Join(", ", installed.Select(found => found.Version))}: install version {made}, "
                + "or begin anew with ./run --fresh, which deletes the data.");
    }

    private static IEnumerable<string> Candidates()
    {
        foreach (var root in new[] { "/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt" })
        {
            if (!Directory.Exists(root)) continue;
            foreach (var folder in Directory.EnumerateDirectories(root, root.EndsWith("postgresql", StringComparison.Ordinal) ? "*" : "postgresql*"))
            {
                yield return Path.Combine(folder, "bin");
            }
        }
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            yield return folder;
        }
    }

    [GeneratedRegex(@"PostgreSQL\) (?<major>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex MajorVersion();
}
