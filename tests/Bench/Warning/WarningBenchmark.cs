using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;
using Chokepoint.ExportControls.Registry;
using Chokepoint.Reference;

namespace Chokepoint.Bench.Warning;

/// <summary>
/// Does the score warn (METHOD.md section 5)? Every recorded notice is replayed with what was known the day before it: do the minerals about
/// to be controlled stand above the rest? The floor is a coin, AUC 0.5.
/// </summary>
internal sealed class WarningBenchmark : IBenchmark
{
    /// <summary>The first edition of USGS that ships: what was announced before it cannot be replayed.</summary>
    private static readonly DateOnly Begin = new(2023, 2, 16);

    /// <summary>A mineral that is controlled within a year is no false alarm, and none of "the rest".</summary>
    private const int Ahead = 365;

    public string Name => "warning";

    public string Summary => "recorded notices replayed with what was known before each: AUC, lead time and false alarms per method, against a coin (0.5)";

    public Task<BenchmarkResult> RunAsync(CancellationToken cancellationToken)
    {
        var registry = ShippedRegistry.Read();
        List<Announced> notices = [.. registry.Notices.Select(Announced.Of).Where(n => n.Named.Count > 0)];
        List<Announced> replayed = [.. notices.Where(n => n.On >= Begin).OrderBy(n => n.On)];
        var known = new KnownThen(registry.Notices);
        // The eves of the notices, and the days after each edition of USGS: those are when what is known changes.
        var days = replayed.Select(n => n.On.AddDays(-1)).Concat(Enumerable.Range(Begin.Year, registry.AsOf.Year - Begin.Year + 1).Select(y => new DateOnly(y, Begin.Month, Begin.Day)));
        var before = days.Distinct().ToDictionary(d => d, known.On);
        DateOnly[] looks = [.. before.Keys.Order()];
        var rows = new List<Measurement>
        {
            new("notices replayed", replayed.Count, "notices"),
            new($"notices before {Begin:yyyy-MM-dd}, for which no figures of the time ship", notices.Count - replayed.Count, "notices"),
        };
        foreach (var (method, from) in KnownThen.Methods) rows.AddRange(Of(method, from, replayed, before, looks, registry.AsOf));
        return Task.FromResult(new BenchmarkResult(rows));
    }

    private static IEnumerable<Measurement> Of(
        string method, double from, List<Announced> notices, Dictionary<DateOnly, Dictionary<string, Dictionary<string, double>>> before, DateOnly[] looks, DateOnly asOf)
    {
        var areas = new List<(double Area, int Weight)>();
        var leads = new List<double>();
        var missed = new SortedSet<string>(StringComparer.Ordinal);
        int hits = 0, controlled = 0, rest = 0;
        foreach (var notice in notices)
        {
            var values = before[notice.On.AddDays(-1)][method];
            var soon = Controlled(notices, notice.On, notice.On.AddDays(Ahead));
            double[] positive = [.. notice.Named.Where(values.ContainsKey).Select(m => values[m])];
            double[] others = [.. values.Where(v => !soon.Contains(v.Key)).Select(v => v.Value)];
            if (positive.Length == 0 || others.Length == 0) continue;
            rest += others.Length;
            areas.Add((positive.Average(p => others.Average(r => p > r ? 1 : p < r ? 0 : 0.5)), positive.Length));
            foreach (var mineral in notice.Named.Where(values.ContainsKey))
            {
                controlled++;
                if (values[mineral] < from)
                {
                    missed.Add(mineral);
                    continue;
                }

                hits++;
                leads.Add(notice.On.DayNumber - looks.First(d => before[d][method].TryGetValue(mineral, out var v) && v >= from).DayNumber);
            }
        }

        if (areas.Count == 0)
        {
            yield return new Measurement($"{method}: published too late to replay anything", 0, "notices");
            yield break;
        }

        var auc = areas.Sum(a => a.Area * a.Weight) / areas.Sum(a => a.Weight);
        yield return new Measurement($"{method}: area under the ROC curve", auc, "0..1", "above 0.5, a coin", method == "live-1" ? auc > 0.5 : null);
        yield return new Measurement($"{method}: minerals in the rest, on average", rest / (double)areas.Count, "minerals");
        yield return new Measurement($"{method}: worst notice", areas.Min(a => a.Area), "0..1");
        yield return new Measurement($"{method}: called at risk (from {from}) the day before", 100.0 * hits / controlled, $"% of {controlled}");
        leads.Sort();
        if (leads.Count > 0) yield return new Measurement($"{method}: lead time, median, since {looks[0]:yyyy-MM-dd} at the longest", leads[leads.Count / 2], "days");
        var (alarms, wrong) = Alarms(method, from, notices, before, looks, asOf);
        yield return new Measurement($"{method}: alarms that nothing followed within a year", alarms == 0 ? 0 : 100.0 * wrong / alarms, $"% of {alarms}");
        yield return new Measurement($"{method}: missed {(missed.Count == 0 ? "none" : string.Join(", ", missed))}", missed.Count, "minerals");
    }

    /// <summary>Looked at once a year, so that one standing alarm is not counted as often as there are notices; a year must have passed since.</summary>
    private static (int Alarms, int Wrong) Alarms(
        string method, double from, List<Announced> notices, Dictionary<DateOnly, Dictionary<string, Dictionary<string, double>>> before, DateOnly[] looks, DateOnly asOf)
    {
        int alarms = 0, wrong = 0;
        foreach (var day in looks.Where(d => d.AddDays(Ahead) <= asOf).GroupBy(d => d.Year).Select(g => g.Min()))
        {
            var soon = Controlled(notices, day, day.AddDays(Ahead));
            foreach (var mineral in before[day][method].Where(v => v.Value >= from).Select(v => v.Key))
            {
                alarms++;
                if (!soon.Contains(mineral)) wrong++;
            }
        }

        return (alarms, wrong);
    }

    private static HashSet<string> Controlled(List<Announced> notices, DateOnly from, DateOnly until) =>
        [.. notices.Where(n => n.On >= from && n.On <= until).SelectMany(n => n.Named)];

    /// <summary>
    /// The minerals whose goods a notice restricts. Statements, listings of single firms and blankets over all dual-use goods are of no mineral
    /// in particular: a blanket would make every alarm a true one.
    /// </summary>
    private sealed record Announced(DateOnly On, IReadOnlyCollection<string> Named)
    {
        public static Announced Of(NoticeDocument notice) => new(
            notice.AnnouncedOn,
            notice.Clauses.Where(c => c.Measure is not (Measure.Statement or Measure.EntityListing) && !c.Minerals.Contains(Minerals.AllDualUse, StringComparer.Ordinal)).SelectMany(ClauseScope.MineralsOf).ToHashSet(StringComparer.Ordinal));
    }
}
