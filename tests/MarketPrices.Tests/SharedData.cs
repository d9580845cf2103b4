using System.Runtime.CompilerServices;

namespace Chokepoint.MarketPrices.Tests;

/// <summary>Real files that may not be redistributed: beside the repository in <c>shared/data</c>, or the test is skipped.</summary>
internal static class SharedData
{
    public static Task<byte[]> ReadAsync(params string[] path)
    {
        var file = Path.Combine([Root(), .. path]);
        Assert.SkipUnless(File.Exists(file), $"The real file {string.Join('/', path)} is not at hand: put it under ../shared/data beside the repository.");
        return File.ReadAllBytesAsync(file);
    }

    // tests/<Project>/SharedData.cs → the repository → its neighbour.
    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "shared", "data"));
}
