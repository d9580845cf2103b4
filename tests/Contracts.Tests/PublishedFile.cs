using System.Runtime.CompilerServices;

namespace Chokepoint.Contracts.Tests;

/// <summary>A file of shared/Contracts that is made from the types: compared, or written anew when <c>UPDATE_CONTRACTS=1</c>.</summary>
internal static class PublishedFile
{
    public static string PathOf(string name) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../shared/Contracts", name));

    public static void ShouldBe(string name, string content)
    {
        var path = PathOf(name);
        if (Environment.GetEnvironmentVariable("UPDATE_CONTRACTS") == "1") File.WriteAllText(path, content);
        File.Exists(path).ShouldBeTrue($"{name} is missing: UPDATE_CONTRACTS=1 writes it");
        File.ReadAllText(path).ShouldBe(content, $"{name} is not what the types say: look at the change, then UPDATE_CONTRACTS=1 writes it");
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
