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

/// <summary>What a handler does besides recording.</summary>
internal sealed class Script
{
    public Func<TestDb, ControlStateChanged, CancellationToken, Task> OnHandle { get; set; } = (_, _, _) => Task.CompletedTask;
}
