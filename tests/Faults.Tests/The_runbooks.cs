using System.Text.RegularExpressions;
using Chokepoint.Testing.Platforms;

namespace Chokepoint.Faults.Tests;

/// <summary>Every page is listed, and followed by a test of this project.</summary>
public sealed partial class The_runbooks
{
    private static IReadOnlyList<string> Pages { get; } =
        [.. Directory.EnumerateFiles(Runbook.Folder, "*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).Where(page => page != "README").Order()];

    [Fact]
    public void Are_all_listed() =>
        Links().Matches(File.ReadAllText(Path.Combine(Runbook.Folder, "README.md"))).Select(link => link.Groups["page"].Value).Order().ShouldBe(Pages);

    [Fact]
    public void Are_all_followed_by_a_test()
    {
        var tests = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Faults.Tests"), "When_*.cs").Select(File.ReadAllText));
        Pages.Where(page => !tests.Contains($"\"{page}\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Tell_each_by_a_command_whether_it_is_this_that_is_broken() =>
        Pages.Where(page => Runbook.CommandsOf(page, Runbook.See).Length == 0).ShouldBeEmpty();

    [GeneratedRegex(@"\]\((?<page>[a-z-]+)\.md\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Links();
}
