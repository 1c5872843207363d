using Whales.Hosting.Metrics;

namespace Whales.Hosting.Tests.Metrics;

public class PrometheusNameTests
{
    [Theory]
    [InlineData("whales.api.requests", "{photo}", "Counter", "whales_api_requests_total")]
    [InlineData("whales.stage.duration", "s", "Histogram", "whales_stage_duration_seconds")]
    [InlineData("whales.upload", "By", "Histogram", "whales_upload_bytes")]
    [InlineData("whales.upload.bytes", "By", "Histogram", "whales_upload_bytes")]
    [InlineData("whales.api.cpu", "%", "Gauge", "whales_api_cpu_percent")]
    [InlineData("whales.api.error_rate", "1", "Gauge", "whales_api_error_rate")]
    [InlineData("dotnet.gc.pause.time", "s", "Counter", "dotnet_gc_pause_time_seconds_total")]
    [InlineData("jobs_total", null, "Counter", "jobs_total")]
    [InlineData("throughput", "By/s", "Gauge", "throughput_bytes_per_second")]
    [InlineData("rate", "{photo}/s", "Gauge", "rate_per_second")]
    [InlineData("2.odd--name", null, "Gauge", "_2_odd_name")]
    public void Of_InstrumentAndUnit_FollowsPrometheus(string instrument, string? unit, string kind, string expected) =>
        Assert.Equal(expected, PrometheusName.Of(instrument, unit, Enum.Parse<MetricKind>(kind)));
}
