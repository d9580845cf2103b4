using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Supply;

internal static class SupplyServices
{
    /// <summary>
    /// A request is answered from the book that is current when it comes: <see cref="SupplyBook"/> is transient. What lives longer than a
    /// request takes <see cref="SupplyBooks"/> and asks it anew.
    /// </summary>
    public static IServiceCollection AddSupply(this IServiceCollection services) => services
        .AddSingleton(_ => LiveMethod.Live1)
        .AddSingleton<SupplyBooks>()
        .AddTransient(provider => provider.GetRequiredService<SupplyBooks>().Current)
        .AddTransient(provider => provider.GetRequiredService<SupplyBooks>().Current.Edition);
}
