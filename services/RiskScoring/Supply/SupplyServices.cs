using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Supply;

internal static class SupplyServices
{
    public static IServiceCollection AddSupply(this IServiceCollection services) => services
        .AddSingleton(_ => Figures.Shipped)
        .AddSingleton(_ => LiveMethod.Live1)
        .AddSingleton<SupplyBook>()
        .AddSingleton<FiguresEdition>();
}
