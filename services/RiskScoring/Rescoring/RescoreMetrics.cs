using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Chokepoint.RiskScoring.Rescoring;

/// <summary>What operators watch of scoring: how long a notice takes to become a score, and how much work that was.</summary>
internal sealed class RescoreMetrics : IDisposable
{
    private const string Name = "Chokepoint.RiskScoring";
    private readonly ActivitySource source = new(Name);
    private readonly Meter meter = new(Name);
    private readonly Histogram<double> noticeToScore;
    private readonly Counter<long> rescored;
    private readonly Counter<long> revised;

    public RescoreMetrics()
    {
        noticeToScore = meter.CreateHistogram<double>(
            "chokepoint.risk.notice_to_score", "s", "From the event's occurrence to the commit of the revision it caused.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60] });
        rescored = meter.CreateCounter<long>("chokepoint.risk.rescored", "{pair}", "Pairs taken from the work table and scored.");
        revised = meter.CreateCounter<long>("chokepoint.risk.revisions", "{revision}", "Revisions written because something changed.");
    }

    /// <summary>A span under the event that asked last; those it was coalesced with have theirs up to the handler.</summary>
    public Activity? StartSpan(string? traceparent, int pairs)
    {
        var parent = ActivityContext.TryParse(traceparent, null, isRemote: true, out var asked) ? asked : default;
        return source.StartActivity("rescore", ActivityKind.Consumer, parent)?.SetTag("chokepoint.pairs", pairs);
    }

    public void Committed(IReadOnlyList<WorkItem> items, IReadOnlyList<Revision> revisions, DateTimeOffset now)
    {
        rescored.Add(items.Count);
        revised.Add(revisions.Count);
        foreach (var item in items)
        {
            if (item is { Silent: false, OccurredAt: { } at }) noticeToScore.Record((now - at).TotalSeconds);
        }
    }

    public void Dispose()
    {
        source.Dispose();
        meter.Dispose();
    }
}
