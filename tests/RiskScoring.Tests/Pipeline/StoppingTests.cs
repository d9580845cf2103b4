using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.FigureImports;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.ServiceDefaults;
using Chokepoint.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Chokepoint.RiskScoring.Tests.Pipeline;

public sealed class StoppingTests(ServersFixture servers)
{
    [Fact]
    public async Task A_database_that_fails_while_the_service_stops_ends_its_work_without_a_failure()
    {
        await using var risk = await RiskService.StartAsync(await servers.CreateDatabaseAsync(), await servers.CreateBrokerAsync(), new Clock(DateTimeOffset.UtcNow), idle: true);
        var (books, facts, signal, readiness) = (Get<SupplyBooks>(), Get<FactBook>(), Get<RescoreSignal>(), Get<DatabaseReadiness>());
        Func<NpgsqlDataSource, BackgroundService>[] workers =
        [
            database => new PassingDays(database, books, facts, signal, readiness, risk.Clock, NullLogger<PassingDays>.Instance),
            database => new FirstScores(database, books, Get<FiguresSignal>(), signal, readiness, risk.Clock, NullLogger<FirstScores>.Instance),
        ];
        foreach (var make in workers)
        {
            using var stopping = new CancellationTokenSource();
            var failing = new NpgsqlDataSourceBuilder(risk.ConnectionString);
            failing.UsePhysicalConnectionInitializer(_ => { }, async _ =>
            {
                await stopping.CancelAsync();
                throw new NpgsqlException("The server is stopping too.");
            });
            await using var database = failing.Build();
            using var worker = make(database);

            await worker.StartAsync(stopping.Token);

            await worker.ExecuteTask!;
            stopping.IsCancellationRequested.ShouldBeTrue();
        }

        T Get<T>() where T : notnull => risk.Services.GetRequiredService<T>();
    }
}
