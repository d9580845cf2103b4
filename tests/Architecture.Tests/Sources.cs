using Chokepoint.Testing.Platforms;

namespace Chokepoint.Architecture.Tests;

/// <summary>The repository's own text: what is kept in files, not in assemblies.</summary>
internal static class Sources
{
    /// <summary>Files under some folders of the repository, by their paths from its root, without build outputs.</summary>
    public static IEnumerable<(string Path, string Text)> Under(string pattern, params string[] folders) =>
        from folder in folders
        where Directory.Exists(Path.Combine(Repository.Root, folder))
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Repository.Root, file)
        where !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules")
        select (path, File.ReadAllText(file));
}
