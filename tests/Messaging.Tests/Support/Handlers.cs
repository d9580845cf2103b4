using System.Diagnostics;
using Chokepoint.Contracts;

namespace Chokepoint.Messaging.Tests.Support;

/// <summary>Leaves a row per event, and throws where a test's script says so.</summary>
internal sealed class Recording(TestDb db, Script script) : IHandle<ControlStateChanged>
{
    public async Task HandleAsync(ControlStateChanged @event, CancellationToken cancellationToken)
    {
        db.Applied.Add(new Applied { EventId = @event.EventId, Version = @event.Version, Trace = Activity.Current?.TraceId.ToHexString() });
        await script.OnHandle(db, @event, cancellationToken);
    }
}

/// <summary>The same for all that came together.</summary>
internal sealed class RecordingTogether(TestDb db, Script script) : IHandleGroup<ControlStateChanged>
{
    public async Task HandleAsync(IReadOnlyList<Heard<ControlStateChanged>> events, CancellationToken cancellationToken)
    {
        script.LargestGroup = Math.Max(script.LargestGroup, events.Count);
        foreach (var (@event, trace) in events)
        {
            db.Applied.Add(new Applied { EventId = @event.EventId, Version = @event.Version, Trace = trace is null ? null : ActivityContext.Parse(trace, null).TraceId.ToHexString() });
            await script.OnHandle(db, @event, cancellationToken);
        }
    }
}

/// <summary>What a handler does besides recording.</summary>
internal sealed class Script
{
    /// <summary>Events that a group handler was given at once.</summary>
    public int LargestGroup { get; set; }

    public Func<TestDb, ControlStateChanged, CancellationToken, Task> OnHandle { get; set; } = (_, _, _) => Task.CompletedTask;
}
