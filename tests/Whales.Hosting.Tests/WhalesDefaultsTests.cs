using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Whales.Hosting.Tests;

public class WhalesDefaultsTests
{
    [Fact]
    public async Task UnhandledException_Answers500WithoutDetails()
    {
        await using var host = await RunningHost.StartAsync(map: app =>
            app.MapGet("/boom", IResult () => throw new InvalidOperationException("secret connection string")));

        using var response = await host.Client.GetAsync("/boom");
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        using var problem = JsonDocument.Parse(text);
        Assert.Equal("internal_error", problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(500, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Matches("^[0-9a-f]{32}$", problem.RootElement.GetProperty("traceId").GetString());
        Assert.Equal(problem.RootElement.GetProperty("traceId").GetString(), response.Headers.GetValues(WhalesDefaults.TraceIdHeader).Single());
    }

    [Theory]
    [InlineData("/nowhere", 404, "not_found")]
    [InlineData("/bad", 413, "too_large")]
    [InlineData("/coded", 429, "queue_full")]
    public async Task Problems_HaveACode(string path, int status, string code)
    {
        await using var host = await RunningHost.StartAsync(map: app =>
        {
            app.MapGet("/bad", IResult () => throw new BadHttpRequestException("Request body too large.", 413));
            app.MapGet("/coded", () => TypedResults.Problem(statusCode: 429, extensions: new Dictionary<string, object?> { ["code"] = "queue_full" }));
        });

        using var response = await host.Client.GetAsync(path);

        Assert.Equal(status, (int)response.StatusCode);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task TraceParent_OfTheClient_ComesBack()
    {
        await using var host = await RunningHost.StartAsync(map: app => app.MapGet("/", () => "whale"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using var response = await host.Client.SendAsync(request);

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", response.Headers.GetValues(WhalesDefaults.TraceIdHeader).Single());
    }

    [Theory]
    [InlineData(45)]
    [InlineData(7, "--shutdownTimeoutSeconds=7")]
    public async Task ShutdownTimeout_HasADefaultThatConfigurationOverrides(int seconds, params string[] arguments)
    {
        await using var host = await RunningHost.StartAsync(null, null, arguments);

        Assert.Equal(seconds, host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout.TotalSeconds);
    }

    [Fact]
    public async Task Start_SaysInOneLineWhatListensWhere()
    {
        await using var host = await RunningHost.StartAsync();

        var line = Assert.Single(host.Log, line => line.StartsWith("Information", StringComparison.Ordinal));

        Assert.StartsWith("Information: Whales.Queue test ", line, StringComparison.Ordinal);
        Assert.Contains($" listens on {host.Client.BaseAddress!.ToString().TrimEnd('/')} ", line, StringComparison.Ordinal);
    }
}
