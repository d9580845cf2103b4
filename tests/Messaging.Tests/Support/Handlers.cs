using System.Diagnostics;
using Chokepoint.Contracts;
using Npgsql;

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

/// <summary>The same for events of another queue.</summary>
internal sealed class RecordingPrices(TestDb db, Script script) : IHandle<PriceSignalChanged>
{
    public async Task HandleAsync(PriceSignalChanged @event, CancellationToken cancellationToken)
    {
        db.Applied.Add(new Applied { EventId = @event.EventId, Version = @event.Version });
        await script.OnPrice(@event, cancellationToken);
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

/// <summary>The same for one that comes by itself, with statements of its own.</summary>
internal sealed class RecordingAlone(TestDb db, Script script) : IHandleAlone<ControlStateChanged>
{
    public bool TakesAlone(ControlStateChanged @event) => true;

    public async Task HandleAloneAsync(Heard<ControlStateChanged> heard, LoneTransaction transaction, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref script.Alone);
        await using var first = transaction.First();
        first.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO applied (\"EventId\", \"Version\") VALUES ($1, $2)")
        {
            Parameters = { new() { Value = heard.Event.EventId }, new() { Value = heard.Event.Version } },
        });
        await first.ExecuteNonQueryAsync(cancellationToken);
        await script.OnHandle(db, heard.Event, cancellationToken);
        await using var last = transaction.Next();
        if (!script.ForgetsToCommit) await transaction.CommitAsync(last, cancellationToken);
    }

    public Task HandleAsync(IReadOnlyList<Heard<ControlStateChanged>> events, CancellationToken cancellationToken) =>
        new RecordingTogether(db, script).HandleAsync(events, cancellationToken);
}

/// <summary>What a handler does besides recording.</summary>
internal sealed class Script
{
    /// <summary>How often an event was handled by itself.</summary>
    public int Alone;

    public bool ForgetsToCommit { get; set; }

    /// <summary>Events that a group handler was given at once.</summary>
    public int LargestGroup { get; set; }

    public Func<PriceSignalChanged, CancellationToken, Task> OnPrice { get; set; } = (_, _) => Task.CompletedTask;

    public Func<TestDb, ControlStateChanged, CancellationToken, Task> OnHandle { get; set; } = (_, _, _) => Task.CompletedTask;
}
