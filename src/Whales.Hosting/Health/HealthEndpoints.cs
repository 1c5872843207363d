using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Whales.Hosting.Security;

namespace Whales.Hosting.Health;

/// <summary>
/// /health/live: the process runs. /health/ready and /health: it can do its job, which is for the health checks tagged
/// <see cref="ReadyTag"/> to say; 503 names the part that cannot.
/// </summary>
public static class HealthEndpoints
{
    public const string ReadyTag = "ready";

    private static readonly TimeSpan LongestCheck = TimeSpan.FromSeconds(5);

    internal static IServiceCollection AddWhalesHealth(this IServiceCollection services)
    {
        services.AddHealthChecks();

        // Whoever asks has a limit of its own and would learn nothing from a check that hangs.
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations)
            {
                if (check.Timeout <= TimeSpan.Zero)
                    check.Timeout = LongestCheck;
            }
        });
        return services;
    }

    internal static void MapWhalesHealth(this IEndpointRouteBuilder endpoints)
    {
        Map(endpoints, "/health/live", static _ => false);
        Map(endpoints, "/health/ready", static check => check.Tags.Contains(ReadyTag));
        Map(endpoints, "/health", static check => check.Tags.Contains(ReadyTag));
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, Func<HealthCheckRegistration, bool> which) =>
        endpoints.MapHealthChecks(path, new HealthCheckOptions { Predicate = which, ResponseWriter = WriteAsync })
            .RequiresNoKey()
            .DisableHttpMetrics();

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var checks = report.Entries
            .Select(entry => new CheckAnswer(entry.Key, Word(entry.Value.Status), entry.Value.Description, Math.Round(entry.Value.Duration.TotalSeconds, 6)))
            .OrderBy(check => check.Name, StringComparer.Ordinal);
        return context.Response.WriteAsJsonAsync(new HealthAnswer(Word(report.Status), [.. checks]), JsonSerializerOptions.Web, context.RequestAborted);
    }

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
