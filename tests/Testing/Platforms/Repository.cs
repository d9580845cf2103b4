namespace Chokepoint.Testing.Platforms;

/// <summary>Where the tests' own sources and the built programs are.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release, whichever the running tests were built in.</summary>
    public static string Configuration { get; } =
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name; // tests/X.Tests/bin/<configuration>/net10.0/

    public static string AppHost => Path.Combine(Root, "AppHost", "bin", Configuration, "net10.0", "AppHost.dll");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No Platform.sln above {AppContext.BaseDirectory}.");
    }
}
