using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Whales.Hosting.Metrics;

namespace Whales.Hosting.Tracing;

/// <summary>Gives the web server's span a name that says what was asked, without ids, and leaves out the requests of Prometheus and probes.</summary>
internal static class RequestSpans
{
    public static async Task DescribeAsync(HttpContext context, RequestDelegate next)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
        {
            await next(context);
            return;
        }

        if (context.Request.Path.StartsWithSegments(MetricsEndpoint.Path) || context.Request.Path.StartsWithSegments("/health"))
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            span.IsAllDataRequested = false;
        }

        await next(context);
        if (!span.IsAllDataRequested)
            return;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } pattern ? $"/{pattern.Trim('/')}" : null;
        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }
}
