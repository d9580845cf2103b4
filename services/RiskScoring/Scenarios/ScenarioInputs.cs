using Chokepoint.RiskScoring.Facts;
using Chokepoint.RiskScoring.Observed;
using Npgsql;

namespace Chokepoint.RiskScoring.Scenarios;

/// <summary>What scenarios start from: what is recorded now, and for those of another day the prices and flows of that day.</summary>
internal sealed class ScenarioInputs
{
    private readonly Dictionary<DateOnly, FactBook.Snapshot> days = [];

    private ScenarioInputs(FactBook.Snapshot now) => Now = now;

    public FactBook.Snapshot Now { get; }

    public FactBook.Snapshot Of(ScenarioRequest scenario) => scenario.On is { } day ? days[day] : Now;

    public static async Task<ScenarioInputs> ReadAsync(
        FactBook facts, NpgsqlDataSource database, IReadOnlyCollection<ScenarioRequest> scenarios, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var inputs = new ScenarioInputs(await facts.RefreshAsync(connection, cancellationToken));
        foreach (var day in scenarios.Where(s => s.On is not null).GroupBy(s => s.On!.Value))
        {
            string[] minerals = [.. day.SelectMany(s => s.TouchedMinerals()).Distinct(StringComparer.Ordinal)];
            string[]? importers = day.All(s => s.Economies is { Count: > 0 })
                ? [.. day.SelectMany(s => s.Economies!).Distinct(StringComparer.Ordinal)] : null;
            var signals = await SignalStore.AsOfAsync(connection, importers, minerals, day.Key, knownBefore: null, cancellationToken);
            inputs.days[day.Key] = new FactBook.Snapshot(inputs.Now, signals);
        }

        return inputs;
    }
}
