using System.Diagnostics;
using System.Diagnostics.Metrics;
using Chokepoint.Polling.Store;

namespace Chokepoint.Polling;

/// <summary>The meter and the spans of polling: names and counts, never an address or a key.</summary>
internal sealed class PollMetrics
{
    public const string Name = "Chokepoint.Polling";
    public static readonly ActivitySource Source = new(Name);

    private readonly Counter<long> _turns;
    private readonly Counter<long> _documents;

    public PollMetrics(IMeterFactory factory, PollBoard board, TimeProvider time)
    {
        var meter = factory.Create(Name);
        _turns = meter.CreateCounter<long>("chokepoint.polling.turns", "{turn}", "Turns of polling a source, by outcome.");
        _documents = meter.CreateCounter<long>("chokepoint.polling.documents", "{document}", "Documents that were new or changed.");
        meter.CreateObservableGauge("chokepoint.polling.alerts",
            () => board.Last.SelectMany(state => state.Alerts.Where(a => a.ClearedAt is null)
                .Select(a => new Measurement<int>(1, Tag(state.Source), new("chokepoint.polling.reason", a.Reason.ToString().ToLowerInvariant())))),
            "{alert}", "1 for each alert that stands: failing, changed or silent.");
        meter.CreateObservableGauge("chokepoint.polling.last_success_age",
            () => board.Last.Where(s => s.LastSuccessAt is not null)
                .Select(s => new Measurement<double>((time.GetUtcNow() - s.LastSuccessAt!.Value).TotalSeconds, Tag(s.Source))),
            "s", "Time since the source last answered as expected.");
    }

    public void Turned(string source, string outcome) =>
        _turns.Add(1, Tag(source), new KeyValuePair<string, object?>("chokepoint.polling.outcome", outcome.ToLowerInvariant()));

    public void Documents(string source, int count) => _documents.Add(count, Tag(source));

    private static KeyValuePair<string, object?> Tag(string source) => new("chokepoint.polling.source", source);
}
