using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Whales.Hosting.Metrics;
using Whales.Worker.Models;

namespace Whales.Worker.Telemetry.Gpu;

/// <summary>The host's GPUs, where it has some, and whether it was meant to use them. A service, so that it is there before the first scrape.</summary>
internal sealed class GpuMetrics : IHostedService, IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromMilliseconds(500);

    private readonly Nvml? _nvml;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private (long At, (GpuReading Gpu, KeyValuePair<string, object?>[] Tags)[] Readings)? _last;

    public GpuMetrics(IMeterFactory factory, IOptions<InferenceOptions> inference, TimeProvider time)
        : this(factory, inference.Value.ExecutionProvider, time, inference.Value.ExecutionProvider == ExecutionProviderChoice.Cpu ? null : Nvml.TryLoad())
    {
    }

    internal GpuMetrics(IMeterFactory factory, ExecutionProviderChoice wanted, TimeProvider time, Nvml? nvml)
    {
        _nvml = nvml;
        _time = time;
        var meter = factory.Create(MeterNames.Worker);
        var expected = wanted == ExecutionProviderChoice.Cuda || (wanted == ExecutionProviderChoice.Auto && nvml is { Devices: > 0 }) ? 1 : 0;
        meter.CreateObservableGauge("whales.gpu.expected", () => expected, null, "1 where models should run on a GPU: it is ordered, or there is one.");
        if (nvml is not { Devices: > 0 })
            return;
        Gauge(meter, "whales.gpu.memory.used", "By", "Memory in use on the GPU, by all processes.", static gpu => gpu.MemoryUsedBytes);
        Gauge(meter, "whales.gpu.memory.total", "By", "Memory of the GPU.", static gpu => gpu.MemoryTotalBytes);
        Gauge(meter, "whales.gpu.utilization_ratio", null, "Share of the last moments in which the GPU worked, 0 to 1.", static gpu => gpu.Utilization);
        Gauge(meter, "whales.gpu.temperature", "Cel", "Temperature of the GPU.", static gpu => gpu.Celsius);
        Gauge(meter, "whales.gpu.power", "W", "Power that the GPU draws.", static gpu => gpu.Watts);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        // A scrape may be on its way.
        lock (_gate)
        {
            _last = (long.MaxValue, []);
            _nvml?.Dispose();
        }
    }

    private void Gauge(Meter meter, string name, string? unit, string description, Func<GpuReading, double?> value) =>
        meter.CreateObservableGauge(
            name,
            () => from reading in Read() let number = value(reading.Gpu) where number is not null select new Measurement<double>(number.Value, reading.Tags),
            unit,
            description);

    // Once for all the gauges of a scrape.
    private (GpuReading Gpu, KeyValuePair<string, object?>[] Tags)[] Read()
    {
        lock (_gate)
        {
            if (_last is not { } last || (last.At != long.MaxValue && _time.GetElapsedTime(last.At) > KeptFor))
                _last = last = (_time.GetTimestamp(), [.. _nvml!.Read().Select(gpu => (gpu, Tags(gpu)))]);
            return last.Readings;
        }
    }

    private static KeyValuePair<string, object?>[] Tags(GpuReading gpu) => [new("gpu", gpu.Index.ToString(CultureInfo.InvariantCulture)), new("uuid", gpu.Uuid)];
}
