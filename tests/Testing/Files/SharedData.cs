using Chokepoint.Testing.Platforms;
using Xunit;

namespace Chokepoint.Testing.Files;

/// <summary>Real files that may not be redistributed: in the folder <c>shared</c> beside the repository, or the test is skipped.</summary>
public static class SharedData
{
    public static string PathOf(params ReadOnlySpan<string> path)
    {
        var name = Path.Combine(path);
        var file = Path.Combine(Repository.Root, "..", "shared", name);
        Assert.SkipUnless(File.Exists(file), $"The real file {name} is not at hand: put it under ../shared beside the repository.");
        return file;
    }

    public static Task<byte[]> ReadAsync(params ReadOnlySpan<string> path) => File.ReadAllBytesAsync(PathOf(path));
}
