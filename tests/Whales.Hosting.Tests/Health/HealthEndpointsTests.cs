using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Whales.Hosting.Health;

namespace Whales.Hosting.Tests.Health;

public class HealthEndpointsTests
{
    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/health")]
    public async Task Ready_AllPartsWork_Is200AndListsThem(string path)
    {
        await using var host = await StartAsync(checks => checks
            .AddCheck("store", () => HealthCheckResult.Healthy(), [HealthEndpoints.ReadyTag])
            .AddCheck("bus", () => HealthCheckResult.Healthy("Connected."), [HealthEndpoints.ReadyTag])
            .AddCheck("other", () => HealthCheckResult.Unhealthy("Not asked.")));

        using var response = await host.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(["status", "checks"], body.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal("healthy", body.RootElement.GetProperty("status").GetString());
        var checks = body.RootElement.GetProperty("checks").EnumerateArray().ToList();
        Assert.Equal(["name", "status", "description", "seconds"], checks[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal(["bus", "store"], checks.Select(check => check.GetProperty("name").GetString()));
        Assert.Equal("Connected.", checks[0].GetProperty("description").GetString());
        Assert.Equal(JsonValueKind.Null, checks[1].GetProperty("description").ValueKind);
    }

    [Fact]
    public async Task Ready_OnePartCannot_Is503AndNamesIt()
    {
        await using var host = await StartAsync(checks => checks
            .AddCheck("store", () => HealthCheckResult.Healthy(), [HealthEndpoints.ReadyTag])
            .AddCheck("bus", () => throw new InvalidOperationException("The broker does not answer."), [HealthEndpoints.ReadyTag]));

        using var response = await host.Client.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync<HealthAnswer>();
        Assert.Equal("unhealthy", answer!.Status);
        Assert.Equal(("bus", "unhealthy", "The broker does not answer."), (answer.Checks[0].Name, answer.Checks[0].Status, answer.Checks[0].Description));
        Assert.Equal(("store", "healthy"), (answer.Checks[1].Name, answer.Checks[1].Status));
    }

    [Fact]
    public async Task Ready_Degraded_Is200()
    {
        await using var host = await StartAsync(checks => checks
            .AddCheck("models", () => HealthCheckResult.Degraded("1 of 3 models failed."), [HealthEndpoints.ReadyTag]));

        using var response = await host.Client.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("degraded", (await response.Content.ReadFromJsonAsync<HealthAnswer>())!.Status);
    }

    [Fact]
    public async Task Live_EveryPartIsDown_IsStill200()
    {
        await using var host = await StartAsync(checks => checks
            .AddCheck("bus", () => HealthCheckResult.Unhealthy("Gone."), [HealthEndpoints.ReadyTag]));

        using var response = await host.Client.GetAsync("/health/live");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"status":"healthy","checks":[]}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Checks_WithoutATimeout_GetOne()
    {
        await using var host = await StartAsync(checks => checks
            .AddCheck("slow", () => HealthCheckResult.Healthy(), [], TimeSpan.FromSeconds(9))
            .AddCheck("bus", () => HealthCheckResult.Healthy()));

        var registrations = host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HealthCheckServiceOptions>>().Value.Registrations;

        Assert.Equal([9, 5], registrations.Select(check => check.Timeout.TotalSeconds));
    }

    private static Task<RunningHost> StartAsync(Action<IHealthChecksBuilder> add) =>
        RunningHost.StartAsync(builder => add(builder.Services.AddHealthChecks()));
}
