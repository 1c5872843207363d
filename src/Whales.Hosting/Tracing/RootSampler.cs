using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Whales.Hosting.Tracing;

/// <summary>Of the traces that begin here, a share; a batch is recorded whenever one of its photos is.</summary>
internal sealed class RootSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _share = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        foreach (var link in samplingParameters.Links ?? [])
        {
            if ((link.Context.TraceFlags & ActivityTraceFlags.Recorded) != 0)
                return new SamplingResult(SamplingDecision.RecordAndSample);
        }

        return _share.ShouldSample(in samplingParameters);
    }
}
