using Chokepoint.LocalHosting.Model;

namespace Chokepoint.LocalHosting;

/// <summary>What the generated <c>Projects.*</c> types tell this engine beyond Aspire's interface.</summary>
public interface IBuiltProject : IProjectMetadata
{
    /// <summary>The full path of the built assembly.</summary>
    string TargetPath { get; }
}
