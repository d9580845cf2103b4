namespace Chokepoint.Gateway.Forwarding;

/// <summary>A part of the interface and the service that has it.</summary>
/// <param name="Name">As in <c>/api/{name}</c>, and the service's resource name in the AppHost.</param>
/// <param name="Service">Its name in <c>EventTopology</c>.</param>
/// <param name="Patience">
/// The longest that nothing may pass between the service and the client, either way: an answer to a query comes at once, an import is
/// parsed while it streams, the risk stream beats every 15 s.
/// </param>
internal sealed record Area(string Name, string Service, string Title, TimeSpan Patience)
{
    public static IReadOnlyList<Area> All { get; } =
    [
        new("controls", "export-controls", "Export controls", TimeSpan.FromSeconds(30)),
        new("prices", "market-prices", "Market prices", TimeSpan.FromSeconds(100)),
        new("trade", "trade-flows", "Trade flows", TimeSpan.FromSeconds(100)),
        new("risk", "risk-scoring", "Risk scoring", TimeSpan.FromSeconds(60)),
        new("notifications", "notifications", "Notifications", TimeSpan.FromSeconds(30)),
    ];
}
