using System.ComponentModel.DataAnnotations;

namespace Whales.Hosting.Tracing;

/// <summary>Where traces go. Without an endpoint nothing is recorded; trace ids are in answers and logs all the same.</summary>
internal sealed class TracingOptions
{
    public const string SectionName = "Tracing";

    /// <summary>Base address of an OTLP collector, such as <c>http://127.0.0.1:4318</c>. Default: none; then <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> counts.</summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>Share of the traces that begin here which are recorded, 0 to 1; default 1. Those that a client began follow the client's decision.</summary>
    [Range(0.0, 1.0)]
    public double SampleRatio { get; set; } = 1;
}
