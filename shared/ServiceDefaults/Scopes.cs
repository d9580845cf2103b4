namespace Chokepoint.ServiceDefaults;

/// <summary>What a key may do (API.md). An endpoint asks for one by <c>RequireAuthorization(Scopes.ControlsWrite)</c>; any valid key reads.</summary>
public static class Scopes
{
    public const string ControlsWrite = "controls:write";
    public const string PricesWrite = "prices:write";
    public const string TradeWrite = "trade:write";

    /// <summary>Everything under <c>/api/risk</c>; the other areas' reads need no scope beyond a valid key.</summary>
    public const string RiskRead = "risk:read";
    public const string SubscriptionsManage = "subscriptions:manage";

    /// <summary>Operations; a key that has it has every scope.</summary>
    public const string Ops = "ops";

    public static IReadOnlyList<string> All { get; } = [ControlsWrite, PricesWrite, TradeWrite, RiskRead, SubscriptionsManage, Ops];

    internal static IReadOnlySet<string> Implied(IEnumerable<string> granted)
    {
        var scopes = granted.ToHashSet(StringComparer.Ordinal);
        return scopes.Contains(Ops) ? All.ToHashSet(StringComparer.Ordinal) : scopes;
    }
}
