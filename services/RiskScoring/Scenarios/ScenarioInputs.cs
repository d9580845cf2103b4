using Chokepoint.RiskScoring.Controls;
using Chokepoint.RiskScoring.Observed;
using Npgsql;

namespace Chokepoint.RiskScoring.Scenarios;

/// <summary>What scenarios start from: what is recorded now, and for those of another day the prices and flows of that day.</summary>
internal sealed class ScenarioInputs
{
    private readonly Dictionary<DateOnly, ClauseBook.Snapshot> days = [];

    private ScenarioInputs(ClauseBook.Snapshot now) => Now = now;

    public ClauseBook.Snapshot Now { get; }

    public ClauseBook.Snapshot Of(ScenarioRequest scenario) => scenario.On is { } day ? days[day] : Now;

    public static async Task<ScenarioInputs> ReadAsync(
        ClauseBook clauses, NpgsqlDataSource database, IReadOnlyCollection<ScenarioRequest> scenarios, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var inputs = new ScenarioInputs(await clauses.RefreshAsync(connection, cancellationToken));
        foreach (var day in scenarios.Where(s => s.On is not null).GroupBy(s => s.On!.Value))
        {
            string[] minerals = [.. day.SelectMany(s => s.TouchedMinerals()).Distinct(StringComparer.Ordinal)];
            string[]? importers = day.All(s => s.Economies is { Count: > 0 })
                ? [.. day.SelectMany(s => s.Economies!).Distinct(StringComparer.Ordinal)] : null;
            var signals = await SignalStore.AsOfAsync(connection, importers, minerals, day.Key, knownBefore: null, cancellationToken);
            inputs.days[day.Key] = new ClauseBook.Snapshot(inputs.Now, signals);
        }

        return inputs;
    }
}
