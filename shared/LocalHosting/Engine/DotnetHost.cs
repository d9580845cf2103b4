using System.Runtime.InteropServices;

namespace Chokepoint.LocalHosting.Engine;

/// <summary>The <c>dotnet</c> that runs this process, whatever it was started by.</summary>
internal static class DotnetHost
{
    /// <summary>Three levels above the shared framework: <c>dotnet/shared/Microsoft.NETCore.App/10.0.0/</c>.</summary>
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
}
