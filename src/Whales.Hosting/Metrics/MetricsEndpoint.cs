using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Net.Http.Headers;
using Whales.Hosting.Security;

namespace Whales.Hosting.Metrics;

/// <summary>The metrics page as an endpoint.</summary>
public static class MetricsEndpoint
{
    public const string Path = "/metrics";

    /// <summary>Adds the page and the process's own metrics.</summary>
    public static IServiceCollection AddWhalesMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<KnownSeries>();
        services.TryAddSingleton<MetricsPage>();
        services.TryAddSingleton<HostResources>();
        services.TryAddSingleton<ProcessMetrics>();
        services.TryAddSingleton<StoreMetrics>();
        return services;
    }

    /// <summary>Serves the page. Its own requests are not measured: the alert on "no requests" could never fire.</summary>
    public static IEndpointConventionBuilder MapWhalesMetrics(this IEndpointRouteBuilder endpoints)
    {
        // Made here, before the host starts, so that nothing is measured before somebody listens.
        var page = endpoints.ServiceProvider.GetRequiredService<MetricsPage>();
        _ = endpoints.ServiceProvider.GetRequiredService<ProcessMetrics>();
        return endpoints.MapGet(Path, (HttpContext context) => WriteAsync(context, page))
            .RequiresNoKey()
            .DisableHttpMetrics()
            .ExcludeFromDescription();
    }

    private static async Task WriteAsync(HttpContext context, MetricsPage page)
    {
        var started = Stopwatch.GetTimestamp();
        var openMetrics = ScrapeFormat.WantsOpenMetrics(context.Request.Headers.Accept);
        using var text = new ExpositionBuffer(256 * 1024);
        page.Write(text, openMetrics);
        context.Response.ContentType = openMetrics ? ScrapeFormat.OpenMetrics : ScrapeFormat.Text;
        context.Response.ContentLength = text.WrittenMemory.Length;
        context.Response.Headers[HeaderNames.Vary] = HeaderNames.Accept;
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        // How much of a slow scrape is the page itself; the rest is the network, or waiting for a core.
        context.Response.Headers["Server-Timing"] = string.Create(CultureInfo.InvariantCulture, $"page;dur={Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.000}");
        await context.Response.Body.WriteAsync(text.WrittenMemory, context.RequestAborted);
    }
}
