using System.Diagnostics;
using Chokepoint.Testing.Platforms;
using Chokepoint.Testing.Telemetry;

namespace Chokepoint.Bench.Reaction;

/// <summary>
/// Where a notice's time goes, by the platform's own spans: a second start of it, with its telemetry sent to a collector here (which
/// costs it time, so none of the figures that are asked for come from this one).
/// </summary>
internal static class StageProfile
{
    private const int WarmUp = 60, Notices = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Each stage ends where the next begins: at the first span of that service and name in the notice's trace.</summary>
    private static readonly (string What, string Service, string Name, bool AtItsEnd)[] Marks =
    [
        ("client to gateway", "gateway", "POST", false),
        ("gateway to controls", "controls", "POST", false),
        ("controls: checked, written with its event, committed", "controls", "outbox publish", false),
        ("broker: on disk, delivered", "risk", "handle ControlStateChanged", false),
        ("risk: inbox, clause and work written, committed", "risk", "handle ControlStateChanged", true),
        ("risk: work taken, clauses and score read", "risk", "rescore", false),
        ("risk: scored, written with its event, committed", "risk", "outbox publish", false),
        ("broker: on disk, delivered", "notifications", "handle RiskScoreChanged", false),
        ("notifications: inbox, event and claimed delivery written, committed", "notifications", "webhook attempt", false),
    ];

    public static async Task<IReadOnlyList<Measurement>> TakeAsync(CancellationToken cancellationToken)
    {
        await using var collector = await TelemetryCollector.StartAsync(cancellationToken);
        await using var platform = await PlatformUnderTest.StartAsync(new PlatformOptions
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_TRACES_SAMPLER"] = "always_on",
            },
        }, cancellationToken);

        var notices = new List<(string Trace, long Begun, long Received)>();
        foreach (var pair in platform.Pairs.Take(WarmUp + Notices))
        {
            var trace = ActivityTraceId.CreateRandom().ToHexString();
            var (posted, clock) = (Stopwatch.GetTimestamp(), Nanoseconds());
            await platform.PostAsync(pair, cancellationToken, trace);
            var received = await platform.Receiver.FirstAsync($"{pair.Economy}/{pair.Mineral}", Patience);
            notices.Add((trace, clock, clock + (long)Stopwatch.GetElapsedTime(posted, received).TotalNanoseconds));
        }

        var whole = await WholeAsync(collector, [notices[0], .. notices.Skip(WarmUp)], cancellationToken);
        return [.. Stages("the first notice after the start", whole[..1]), .. Table(whole[1..])];
    }

    private static List<Measurement> Table(List<(long Begun, long Received, List<CollectedSpan> Spans)> notices)
    {
        var rows = Stages($"{notices.Count} notices", notices);
        foreach (var service in (string[])["controls", "risk", "notifications"])
        {
            var statements = notices.ConvertAll(notice => notice.Spans.Where(span => span.Service == service && span.Source == "Npgsql").ToList());
            rows.Add(new($"  {service}: calls of the database, a commit by itself not counted", statements.Select(spans => (double)spans.Count).Median(), ""));
            rows.Add(new($"  {service}: time in them", statements.Select(spans => spans.Sum(span => span.Milliseconds)).Median(), "ms"));
        }

        return rows;
    }

    private static List<Measurement> Stages(string which, List<(long Begun, long Received, List<CollectedSpan> Spans)> notices)
    {
        var stages = notices.ConvertAll(notice =>
        {
            var at = Marks.Select(mark => Mark(notice.Spans, mark)).Prepend(notice.Begun).Append(notice.Received).ToList();
            return at.Zip(at.Skip(1), (from, to) => (to - from) / 1e6).ToList();
        });
        var rows = Marks.Select(mark => mark.What).Append("webhook: posted, received").Select((what, stage) =>
            new Measurement($"  {what}", stages.Select(notice => notice[stage]).Median(), "ms")).ToList();
        rows.Insert(0, new($"profile: {which} traced, from post to webhook, median", stages.Select(notice => notice.Sum()).Median(), "ms"));
        return rows;
    }

    private static long Mark(List<CollectedSpan> spans, (string What, string Service, string Name, bool AtItsEnd) mark)
    {
        var span = spans.Where(span => Is(span, mark.Service, mark.Name)).MinBy(span => span.Begun)!;
        return mark.AtItsEnd ? span.Ended : span.Begun;
    }

    private static bool Is(CollectedSpan span, string service, string name) =>
        span.Service == service && span.Name.StartsWith(name, StringComparison.Ordinal);

    /// <summary>A process exports what it has every few seconds: waited for until each trace has all of its marks.</summary>
    private static async Task<List<(long Begun, long Received, List<CollectedSpan> Spans)>> WholeAsync(
        TelemetryCollector collector, List<(string Trace, long Begun, long Received)> notices, CancellationToken cancellationToken)
    {
        var deadline = Stopwatch.GetTimestamp();
        while (true)
        {
            var traces = collector.Spans.GroupBy(span => span.TraceId, StringComparer.Ordinal).ToDictionary(trace => trace.Key, trace => trace.ToList(), StringComparer.Ordinal);
            var whole = notices
                .Where(notice => traces.TryGetValue(notice.Trace, out var spans) && Marks.All(mark => spans.Exists(span => Is(span, mark.Service, mark.Name))))
                .Select(notice => (notice.Begun, notice.Received, traces[notice.Trace])).ToList();
            if (whole.Count == notices.Count) return whole;
            if (Stopwatch.GetElapsedTime(deadline) > Patience)
            {
                var names = traces.GetValueOrDefault(notices[0].Trace, []).Select(span => $"{span.Service} {span.Name}").Distinct(StringComparer.Ordinal);
                throw new InvalidOperationException($"{whole.Count} of {notices.Count} traces are whole; the first has: {string.Join(", ", names)}");
            }
            await Task.Delay(200, cancellationToken);
        }
    }

    private static long Nanoseconds() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
