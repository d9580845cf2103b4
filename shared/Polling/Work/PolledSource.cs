namespace Chokepoint.Polling;

/// <summary>A source as registered.</summary>
internal sealed record PolledSource(string Name, PollOptions Options, Func<IServiceProvider, IPolledSource> Make);

/// <summary>How this process polls, whatever the source; the section <c>Polling</c>.</summary>
public sealed record PollingOptions
{
    /// <summary>What sources are told about who asks; an operator adds an address for complaints.</summary>
    public string UserAgent { get; set; } = "Chokepoint/1.0";

    /// <summary>How often it is looked whether a source is due, and how it stands.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a process that died keeps a source from the others; renewed while it lives.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);
}
