using System.Diagnostics;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Where nothing is exported, requests still get trace ids, cheaply and with nothing recorded: a problem's <c>traceId</c>, the logs and
/// the events of one request name the same trace.
/// </summary>
internal static class TraceIds
{
    private static readonly ActivityListener Listener = new()
    {
        ShouldListenTo = source => source.Name is "Microsoft.AspNetCore",
        Sample = static (ref _) => ActivitySamplingResult.PropagationData,
    };

    private static int _listening;

    public static void Keep()
    {
        if (Interlocked.Exchange(ref _listening, 1) is 0)
            ActivitySource.AddActivityListener(Listener);
    }
}
