using Microsoft.Extensions.Configuration;
using Whales.Hosting.Health;

namespace Whales.Hosting.Tests.Health;

public class HealthCheckCommandTests
{
    [Theory]
    [InlineData("http://127.0.0.1:{0}")]
    [InlineData("http://*:{0};https://*:1")]
    [InlineData("http://0.0.0.0:{0}/")]
    public async Task RunningHost_IsFoundWhereItListens(string urls)
    {
        await using var host = await RunningHost.StartAsync();
        using var output = new StringWriter();

        Assert.Equal(0, await HealthCheckCommand.RunAsync(Listening(string.Format(null, urls, host.Client.BaseAddress!.Port)), 1, output));
        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task NobodyThere_FailsAndNamesTheAddress()
    {
        using var output = new StringWriter();

        // Port 1 is reserved (IANA, tcpmux); nothing listens on it.
        Assert.Equal(1, await HealthCheckCommand.RunAsync(Listening("http://127.0.0.1:1"), 8000, output));
        Assert.StartsWith("http://127.0.0.1:1/health/live: ", output.ToString(), StringComparison.Ordinal);
    }

    private static IConfiguration Listening(string urls) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = urls }).Build();
}
