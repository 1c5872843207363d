using Whales.Hosting.Metrics;

namespace Whales.Hosting.Tests.Metrics;

public class ScrapeFormatTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/html,*/*;q=0.8", false)]
    [InlineData("text/plain;version=0.0.4", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text; version=1.0.0; charset=utf-8", true)]
    [InlineData("application/openmetrics-text;version=\"1.0.0\"", true)]
    [InlineData("application/openmetrics-text;version=0.0.1", false)]
    [InlineData("application/openmetrics-text;version=2.0.0,text/plain;q=0.5", false)]
    [InlineData("application/openmetrics-text;q=0,text/plain", false)]
    [InlineData("application/openmetrics-text;q=0.4,text/plain;q=0.5", false)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("not a media type", false)]
    public void WantsOpenMetrics_AcceptHeader_IsHeard(string? accept, bool expected) =>
        Assert.Equal(expected, ScrapeFormat.WantsOpenMetrics(accept));
}
