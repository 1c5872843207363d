using System.Diagnostics.Metrics;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Whales.Hosting.Metrics;

/// <summary>
/// This host's metrics as text: the OpenTelemetry SDK aggregates what the instruments of the named meters measure, this page writes it.
/// Build it before the first measurement, for what comes earlier is not counted.
/// </summary>
public sealed class MetricsPage : IDisposable
{
    // Named one by one: "*" brings internal diagnostics of the runtime along.
    private static readonly string[] Meters =
    [
        MeterNames.Api, MeterNames.Worker, MeterNames.Notifier, MeterNames.Stores, MeterNames.Process,
        "System.Runtime", "System.Net.Http", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
    ];

    private readonly Lock _oneAtATime = new();
    private readonly PullExporter _exporter;
    private readonly MeterProvider _provider;

    public MetricsPage(IMeterFactory factory, KnownSeries known)
    {
        _exporter = new PullExporter(known);
        _provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(Meters)
            .AddView(instrument => IsWanted(instrument, factory) ? null : MetricStreamConfiguration.Drop)
            .SetExemplarFilter(ExemplarFilterType.TraceBased)
            .AddReader(new BaseExportingMetricReader(_exporter))
            .Build();
    }

    /// <summary>The page as a string, for tests and support.</summary>
    public string Read(bool openMetrics = false)
    {
        using var text = new ExpositionBuffer(64 * 1024);
        Write(text, openMetrics);
        return Encoding.UTF8.GetString(text.Written);
    }

    public void Dispose()
    {
        _provider.Dispose();
        _exporter.Dispose();
    }

    internal void Write(ExpositionBuffer output, bool openMetrics)
    {
        // A scrape takes about a millisecond and does not wait for anything, so a second one may wait here.
        lock (_oneAtATime)
        {
            if (!_exporter.Write(output, openMetrics))
                throw new InvalidOperationException("The metrics could not be collected.");
        }
    }

    private static bool IsWanted(Instrument instrument, IMeterFactory factory)
    {
        // The SDK hears every meter of the process; those of another host in it (as in tests) carry that host's factory.
        if (instrument.Meter.Scope is IMeterFactory other && !ReferenceEquals(other, factory))
            return false;

        // promtool refuses a gauge named *_count: dotnet_process_cpu_count, dotnet_assembly_count, dotnet_timer_count.
        return instrument.Meter.Name != "System.Runtime" || !instrument.Name.EndsWith(".count", StringComparison.Ordinal)
            || instrument is ObservableCounter<long> or ObservableCounter<double>;
    }
}
