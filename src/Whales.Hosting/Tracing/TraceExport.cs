using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Whales.Hosting.Tracing;

/// <summary>
/// Sends this host's spans to an OTLP collector, where one is configured; otherwise it is nothing. Spans are sent from a thread of their own, in
/// batches, and are dropped when the collector does not keep up: no photo waits for it.
/// </summary>
/// <remarks>Calls of HttpClient are left out: the addresses of Telegram's API contain the bot's token.</remarks>
internal sealed class TraceExport : IDisposable
{
    private readonly TracerProvider? _provider;

    public TraceExport(string host, IOptions<TracingOptions> options, IConfiguration configuration)
    {
        var protocol = configuration["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] ?? configuration["OTEL_EXPORTER_OTLP_PROTOCOL"];
        var grpc = string.Equals(protocol, "grpc", StringComparison.OrdinalIgnoreCase);
        if (EndpointOf(options.Value, configuration, grpc) is not { } endpoint)
            return;
        _provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(Traces.SourceName, "Microsoft.AspNetCore")
            .SetResourceBuilder(ResourceBuilder.CreateEmpty()
                .AddTelemetrySdk()
                .AddService($"whales-{host}", serviceVersion: BuildInfo.Current.Version)
                // The last word: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES.
                .AddEnvironmentVariableDetector())
            .SetSampler(new ParentBasedSampler(new RootSampler(options.Value.SampleRatio)))
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
                exporter.Endpoint = endpoint;
            })
            .Build();
    }

    /// <summary>Sends what is left, for a few seconds at most.</summary>
    public void Dispose() => _provider?.Dispose();

    private static Uri? EndpointOf(TracingOptions options, IConfiguration configuration, bool grpc)
    {
        if (options.OtlpEndpoint is null && Given(configuration["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]) is { } forTraces)
            return new Uri(forTraces);
        if ((options.OtlpEndpoint?.ToString() ?? Given(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) is not { } address)
            return null;
        return new Uri(grpc ? address : $"{address.TrimEnd('/')}/v1/traces");
    }

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}

internal static class TracingRegistration
{
    public static void AddWhalesTracing(this IServiceCollection services, string host)
    {
        services.AddOptions<TracingOptions>()
            .BindConfiguration(TracingOptions.SectionName)
            .ValidateDataAnnotations()
            .Validate(o => o.OtlpEndpoint is null or { IsAbsoluteUri: true, Scheme: "http" or "https" }, "Tracing:OtlpEndpoint must be an http or https address.")
            .ValidateOnStart();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TraceExport>(provider, host));
    }

    /// <summary>Listens from here on, and names what is asked of this host by its route.</summary>
    public static void UseWhalesTracing(this WebApplication app)
    {
        _ = app.Services.GetRequiredService<TraceExport>();
        app.Use(RequestSpans.DescribeAsync);
    }
}
