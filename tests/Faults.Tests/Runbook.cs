using System.Text.RegularExpressions;
using Chokepoint.LocalHosting.Processes;
using Chokepoint.Testing;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>
/// A page of <c>deploy/runbooks</c>, followed word by word: the commands of one of its sections, run by the shell as an operator would
/// paste them.
/// </summary>
internal static partial class Runbook
{
    public const string See = "See it";
    public const string Mend = "Mend it";
    public const string Check = "Check";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static string Folder { get; } = Path.Combine(Repository.Root, "deploy", "runbooks");

    /// <summary>Runs until the symptom that the page describes is there.</summary>
    /// <param name="settings">As in <see cref="FollowAsync"/>.</param>
    public static Task IsSeenAsync(PlatformProcess platform, string page, params string[] settings) => Eventually.SucceedsAsync(
        async () => (await SeesAsync(platform, page, settings)).ShouldBeTrue((await platform.HealthAsync()).Whole), TimeSpan.FromSeconds(60));

    /// <summary>Whether the symptom that the page describes is there now.</summary>
    public static async Task<bool> SeesAsync(PlatformProcess platform, string page, params string[] settings) =>
        (await RunAsync(platform, page, See, settings)).ExitCode is 0;

    /// <summary>Does what a section says, once; fails when one of its commands does.</summary>
    /// <param name="settings">What the page leaves to the operator to fill in, <c>NAME=value</c>.</param>
    public static async Task FollowAsync(PlatformProcess platform, string page, string section, params string[] settings)
    {
        var (exitCode, output) = await RunAsync(platform, page, section, settings);
        exitCode.ShouldBe(0, $"'{section}' of {page} failed: {output}");
    }

    /// <summary>The commands of a section, in order.</summary>
    public static string CommandsOf(string page, string section)
    {
        var text = File.ReadAllText(Path.Combine(Folder, page + ".md"));
        var chapter = text.Split("\n## ").Skip(1).SingleOrDefault(part => part.StartsWith(section + "\n", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"{page} has no section '{section}'.");
        return string.Join('\n', Blocks().Matches(chapter).Select(block => block.Groups["commands"].Value));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(PlatformProcess platform, string page, string section, string[] settings)
    {
        var commands = CommandsOf(page, section);
        commands.ShouldNotBeEmpty($"'{section}' of {page} has no commands");
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["API"] = platform.Address.GetLeftPart(UriPartial.Authority), ["KEY"] = platform.OpsKey, ["DATA"] = platform.DataFolder,
        };
        foreach (var setting in settings) environment[setting.Split('=')[0]] = setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..];
        using var deadline = new CancellationTokenSource(Patience);
        return await ChildProcess.RunAsync(
            new ChildProcessStart("runbook", "bash", ["-euo", "pipefail", "-c", $". deploy/runbooks/lib.sh\n{commands}"])
            {
                WorkingDirectory = Repository.Root, Environment = environment,
            },
            deadline.Token);
    }

    [GeneratedRegex("^```sh\n(?<commands>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blocks();
}
