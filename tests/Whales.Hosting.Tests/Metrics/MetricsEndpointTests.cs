using System.ComponentModel;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;

namespace Whales.Hosting.Tests.Metrics;

public class MetricsEndpointTests
{
    [Theory]
    [InlineData("*/*", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text; version=1.0.0", "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    public async Task Get_Accept_AnswersThatType(string accept, string contentType)
    {
        await using var host = await RunningHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await host.Client.SendAsync(request);

        Assert.Equal(contentType, response.Content.Headers.GetValues("Content-Type").Single());
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal(contentType.StartsWith("application", StringComparison.Ordinal), body.EndsWith("# EOF\n", StringComparison.Ordinal));
        Assert.Contains("\nwhales_build_info{", body, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Get_RequestsOfTheHost_AreMeasuredButNotTheScrapes()
    {
        await using var host = await RunningHost.StartAsync(map: app => app.MapGet("/photo", () => "whale"));
        await host.Client.GetStringAsync("/metrics");
        await host.Client.GetStringAsync("/health/live");
        Assert.DoesNotContain("http_server_request_duration_seconds_count", await host.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);

        await host.Client.GetStringAsync("/photo");

        // The server measures a request after its answer has left.
        string page;
        do
            page = await host.Client.GetStringAsync("/metrics");
        while (!page.Contains("http_server_request_duration_seconds_count", StringComparison.Ordinal));
        Assert.Contains("http_route=\"/photo\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http_route=\"/metrics\"", page, StringComparison.Ordinal);
        Assert.Contains("kestrel_active_connections{", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WholePage_PassesPromtool()
    {
        await using var host = await RunningHost.StartAsync(map: app => app.MapGet("/photo", () => "whale"));
        await host.Client.GetStringAsync("/photo");
        GC.Collect();

        var (code, output) = await PromtoolAsync(await host.Client.GetStringAsync("/metrics"));

        Assert.True(code == 0, output);
    }

    private static async Task<(int Code, string Output)> PromtoolAsync(string page)
    {
        try
        {
            using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            await promtool.StandardInput.WriteAsync(page);
            promtool.StandardInput.Close();
            var output = promtool.StandardOutput.ReadToEndAsync();
            var errors = promtool.StandardError.ReadToEndAsync();
            await promtool.WaitForExitAsync();
            return (promtool.ExitCode, await output + await errors);
        }
        catch (Win32Exception exception)
        {
            return (-1, $"promtool is missing ({exception.Message}): install the Debian package prometheus.");
        }
    }
}
