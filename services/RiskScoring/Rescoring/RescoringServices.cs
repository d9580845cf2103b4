using Chokepoint.RiskScoring.Data;
using Chokepoint.RiskScoring.Facts;

namespace Chokepoint.RiskScoring.Rescoring;

internal static class RescoringServices
{
    public static IServiceCollection AddRescoring(this IServiceCollection services)
    {
        services.AddSingleton<FactBook>().AddSingleton<RescoreBatch>().AddSingleton<RescoreMetrics>().AddSingleton<RescoreSignal>().AddSingleton<CommittedRevisions>();
        services.ConfigureDbContext<RiskDbContext>((provider, options) => options.AddInterceptors(provider.GetRequiredService<RescoreSignal>()));
        services.AddHostedService<FirstScores>().AddHostedService<RescoreWorker>().AddSingleton<PassingDays>().AddHostedService(p => p.GetRequiredService<PassingDays>());
        services.AddHealthChecks().AddCheck<ScoresReady>("first-scores", tags: ["ready"]);
        return services;
    }
}
