using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Decides for spans that have no parent. A client span without one is a worker's own poll (the relay's query, a probe): by the
/// thousand, and of no interest. Whatever has work to show starts a span of its own around it.
/// </summary>
internal sealed class RootSampler(double share) : Sampler
{
    private readonly TraceIdRatioBasedSampler _share = new(share);

    public override SamplingResult ShouldSample(in SamplingParameters parameters) => parameters.Kind is ActivityKind.Client
        ? new SamplingResult(SamplingDecision.Drop)
        : _share.ShouldSample(parameters);
}
