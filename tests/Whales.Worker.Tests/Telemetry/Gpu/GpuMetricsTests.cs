using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Whales.Hosting.Metrics;
using Whales.Testing;
using Whales.Worker.Models;
using Whales.Worker.Telemetry.Gpu;

namespace Whales.Worker.Tests.Telemetry.Gpu;

public sealed class GpuMetricsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddWhalesMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Gauges_OfEachGpu_AreInBaseUnits()
    {
        var lines = Lines(ExecutionProviderChoice.Auto, Nvml.TryLoad(new FakeNvml().Export));

        Assert.Contains("whales_gpu_memory_used_bytes{gpu=\"0\",uuid=\"GPU-1\"} 5368709120", lines);
        Assert.Contains("whales_gpu_memory_total_bytes{gpu=\"1\",uuid=\"GPU-2\"} 85899345920", lines);
        Assert.Contains("whales_gpu_utilization_ratio{gpu=\"0\",uuid=\"GPU-1\"} 0.37", lines);
        Assert.Contains("whales_gpu_temperature_celsius{gpu=\"0\",uuid=\"GPU-1\"} 61", lines);
        Assert.Contains("whales_gpu_power_watts{gpu=\"0\",uuid=\"GPU-1\"} 250.5", lines);
    }

    [Fact]
    public void Gauges_WhatAGpuDoesNotSay_IsAbsent()
    {
        var lines = Lines(ExecutionProviderChoice.Auto, Nvml.TryLoad(new FakeNvml().Export));

        Assert.DoesNotContain(lines, line => line.Contains("GPU-2", StringComparison.Ordinal) && !line.StartsWith("whales_gpu_memory_", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("auto", 2, 1)]
    [InlineData("auto", 0, 0)]
    [InlineData("auto", null, 0)]
    [InlineData("cuda", null, 1)]
    [InlineData("cpu", 2, 0)]
    public void Expected_IsByOrderOrByWhatIsThere(string provider, int? devices, int expected)
    {
        var nvml = devices is { } number ? Nvml.TryLoad(new FakeNvml((uint)number).Export) : null;

        var lines = Lines(Enum.Parse<ExecutionProviderChoice>(provider, ignoreCase: true), nvml);

        Assert.Contains($"whales_gpu_expected {expected}", lines);
        Assert.Equal(devices > 0, lines.Any(line => line.StartsWith("whales_gpu_memory_used_bytes{", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("libno-such-library.so.1")]
    [InlineData("libc.so.6")]
    public void TryLoad_NoLibraryOrAnother_IsNull(string library) => Assert.Null(Nvml.TryLoad(library));

    [Fact]
    public void Dispose_ShutsTheLibraryDownAndScrapesGoOn()
    {
        var fake = new FakeNvml();
        var metrics = Create(ExecutionProviderChoice.Auto, Nvml.TryLoad(fake.Export));

        metrics.Dispose();

        Assert.True(fake.IsShutDown);
        Assert.DoesNotContain("whales_gpu_memory", _services.GetRequiredService<MetricsPage>().Read(), StringComparison.Ordinal);
    }

    private string[] Lines(ExecutionProviderChoice wanted, Nvml? nvml)
    {
        var page = _services.GetRequiredService<MetricsPage>();
        using var metrics = Create(wanted, nvml);
        return page.Read().Split('\n');
    }

    private GpuMetrics Create(ExecutionProviderChoice wanted, Nvml? nvml)
    {
        _ = _services.GetRequiredService<MetricsPage>();
        return new GpuMetrics(_services.GetRequiredService<IMeterFactory>(), wanted, TimeProvider.System, nvml);
    }
}
