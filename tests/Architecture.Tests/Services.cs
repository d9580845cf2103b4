using System.Reflection;

namespace Chokepoint.Architecture.Tests;

/// <summary>The platform's services: a project each.</summary>
internal static class Services
{
    public static readonly string[] Names = ["ExportControls", "MarketPrices", "TradeFlows", "RiskScoring", "Notifications", "Gateway"];

    public static IEnumerable<Assembly> Assemblies => Names.Select(name => Assembly.Load(new AssemblyName(name)));
}
