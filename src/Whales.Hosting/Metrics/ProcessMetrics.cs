using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Whales.Hosting.Metrics;

/// <summary>What alerts need to know of every host and .NET does not say.</summary>
internal sealed class ProcessMetrics
{
    public ProcessMetrics(IMeterFactory factory, HostResources host)
    {
        var meter = factory.Create(MeterNames.Process);
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        var build = BuildInfo.Current;
        var info = new Measurement<long>(1, new("version", build.Version), new("revision", build.Revision), new("dotnet", build.Dotnet));

        host.CpuPercent(); // The first reading has nothing to compare with.
        meter.CreateObservableGauge("process.start_time", () => started, "s", "Start of the process, Unix time.");
        meter.CreateObservableGauge("whales.process.memory.limit", host.MemoryLimit, "By", "Memory that the process may use: its container's limit, else the machine's.");
        meter.CreateObservableGauge("whales.api.cpu", host.CpuPercent, "%", "CPU use of the container or machine since the scrape before, 0 to 100.");
        meter.CreateObservableGauge("whales.api.memory", host.MemoryPercent, "%", "Memory in use of the container or machine, 0 to 100.");
        meter.CreateObservableGauge("whales.build.info", () => info, null, "Always 1; the labels say which build this is.");
    }
}
