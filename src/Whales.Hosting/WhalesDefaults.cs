using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Whales.Hosting.Health;
using Whales.Hosting.Logging;
using Whales.Hosting.Metrics;
using Whales.Hosting.Problems;
using Whales.Hosting.Security;
using Whales.Hosting.Tracing;

namespace Whales.Hosting;

/// <summary>What every host has: metrics, traces, health, problem details, security headers, logs, time to drain, a line that says it is there.</summary>
public static class WhalesDefaults
{
    /// <summary>Every response says which trace it belongs to: what to quote when asking about it.</summary>
    public const string TraceIdHeader = "X-Trace-Id";

    /// <param name="builder">The host.</param>
    /// <param name="host">api, worker, notifier or standalone: how the host calls itself in its logs.</param>
    public static WebApplicationBuilder AddWhalesDefaults(this WebApplicationBuilder builder, string host)
    {
        // First among the sources, so that files, environment and command line have the last word.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Settings() });
        builder.AddWhalesLogging();

        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddWhalesMetrics();
        services.AddWhalesTracing(host);
        services.AddWhalesHealth();
        services.AddWhalesProblemDetails();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<HostBanner>(provider, host));
        return builder;
    }

    /// <summary>Call it first on the built host: what it adds surrounds all that follows.</summary>
    public static WebApplication MapWhalesDefaults(this WebApplication app)
    {
        app.Use(static (context, next) =>
        {
            // When the response starts, because the handler of exceptions clears the headers set before.
            context.Response.OnStarting(
                static state =>
                {
                    var headers = ((HttpContext)state).Response.Headers;
                    if (Activity.Current is { } activity)
                        headers[TraceIdHeader] = activity.TraceId.ToHexString();
                    SecurityHeaders.Set(headers);
                    return Task.CompletedTask;
                },
                context);
            return next(context);
        });
        app.UseWhalesTracing();
        app.UseWhalesProblemDetails();
        app.MapWhalesMetrics();
        app.MapWhalesHealth();
        return app;
    }

    private static Dictionary<string, string?> Settings() => new()
    {
        // Long enough for what is in flight; orchestrators must allow more (docker-compose: 60 s).
        ["shutdownTimeoutSeconds"] = "45",
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        // HostBanner says the same in one line.
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
        // Its lines about each endpoint say nothing to an operator; what is wrong it says as warning or error.
        ["Logging:LogLevel:MassTransit"] = "Warning",
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "Critical",
    };
}
