using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Whales.Hosting.Logging;

/// <summary>One line a fact: JSON for machines, a readable line where a person looks on.</summary>
internal static class LoggingDefaults
{
    public static void AddWhalesLogging(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        builder.Logging.AddConsole(options =>
            options.FormatterName = Console.IsOutputRedirected ? ConsoleFormatterNames.Json : TerminalFormatter.FormatterName);
        builder.Logging.AddConsoleFormatter<TerminalFormatter, ConsoleFormatterOptions>();
        builder.Services.Configure<JsonConsoleFormatterOptions>(options =>
        {
            options.IncludeScopes = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
    }
}
