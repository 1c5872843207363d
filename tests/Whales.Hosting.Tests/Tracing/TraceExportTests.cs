using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Whales.Hosting.Tracing;
using Whales.Testing.Tracing;

namespace Whales.Hosting.Tests.Tracing;

/// <summary>What a host sends to a collector. In one class, so that one after the other: who listens, listens to the whole process.</summary>
public sealed class TraceExportTests
{
    [Fact]
    public async Task NoEndpoint_NothingListens()
    {
        await using var host = await RunningHost.StartAsync();

        Assert.False(Traces.Source.HasListeners());
    }

    [Theory]
    [InlineData("Tracing:OtlpEndpoint")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    public async Task Endpoint_GetsTheRequestUnderItsRoute(string setting)
    {
        await using var collector = await OtlpCollector.StartAsync();
        var (trace, probe) = (NewTrace(), NewTrace());
        await using (var host = await StartAsync($"--{setting}={collector.Endpoint}"))
        {
            await GetAsync(host, "/whales/17", trace, sampled: true);
            await GetAsync(host, "/health/live", probe, sampled: true);
            await GetAsync(host, "/metrics", probe, sampled: true);
        }

        var span = Assert.Single(collector.SpansOf(trace));
        Assert.Equal(("whales-test", "GET /whales/{id}"), (span.Service, span.Name));
        Assert.Empty(collector.SpansOf(probe));
    }

    [Fact]
    public async Task SampleRatio_Zero_LeavesTheClientsDecision()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var (wanted, unwanted) = (NewTrace(), NewTrace());
        string ours;
        await using (var host = await StartAsync($"--Tracing:OtlpEndpoint={collector.Endpoint}", "--Tracing:SampleRatio=0"))
        {
            await GetAsync(host, "/whales/17", wanted, sampled: true);
            await GetAsync(host, "/whales/17", unwanted, sampled: false);
            ours = await GetAsync(host, "/whales/17", null, sampled: false);
        }

        Assert.Single(collector.SpansOf(wanted));
        Assert.Empty(collector.SpansOf(unwanted));
        // It has its id all the same, for answers and logs.
        Assert.Matches("^[0-9a-f]{32}$", ours);
        Assert.Empty(collector.SpansOf(ours));
    }

    [Theory]
    [InlineData("--Tracing:OtlpEndpoint=collector:4318")]
    [InlineData("--Tracing:SampleRatio=1.5")]
    public async Task Setting_OutOfItsRange_StopsTheStart(string argument) =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(argument));

    private static Task<RunningHost> StartAsync(params string[] arguments) =>
        RunningHost.StartAsync(null, app => app.MapGet("/whales/{id}", (int id) => TypedResults.Ok(id)), arguments);

    private static string NewTrace() => Guid.NewGuid().ToString("n");

    private static async Task<string> GetAsync(RunningHost host, string path, string? trace, bool sampled)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (trace is not null)
            request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-{(sampled ? "01" : "00")}");
        using var response = await host.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return response.Headers.GetValues(WhalesDefaults.TraceIdHeader).Single();
    }
}
