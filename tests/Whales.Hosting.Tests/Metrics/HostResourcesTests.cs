using Whales.Hosting.Metrics;

namespace Whales.Hosting.Tests.Metrics;

public sealed class HostResourcesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("whales-host-");
    private readonly HandTime _time = new();

    public HostResourcesTests()
    {
        Write("proc/stat", "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 50 0 50 400 0 0 0 0 0 0\ncpu1 50 0 50 400 0 0 0 0 0 0\nintr 1\n");
        Write("proc/meminfo", "MemTotal:        1000 kB\nMemFree:          100 kB\nMemAvailable:     250 kB\n");
        Write("proc/self/cgroup", "0::/app/host\n");
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void NoLimits_SpeaksOfTheMachine()
    {
        var host = Host();

        Assert.Equal(75, host.MemoryPercent());
        Assert.Equal(1000 * 1024, host.MemoryLimit());
    }

    [Fact]
    public void CpuPercent_Machine_IsBusyTimeOfAllCores()
    {
        var host = Host();
        Assert.Equal(0, host.CpuPercent());
        Write("proc/stat", "cpu  500 0 200 1300 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\n");

        _time.Pass(TimeSpan.FromSeconds(10));

        Assert.Equal(25, host.CpuPercent(), 6);
    }

    [Fact]
    public void CpuPercent_AskedAgainAtOnce_RepeatsItself()
    {
        var host = Host();
        host.CpuPercent();
        Write("proc/stat", "cpu  300 0 100 1600 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\n");
        _time.Pass(TimeSpan.FromSeconds(2));
        var first = host.CpuPercent();

        _time.Pass(TimeSpan.FromMilliseconds(500));

        Assert.Equal(100, first);
        Assert.Equal(first, host.CpuPercent());
    }

    [Fact]
    public void LimitOnAnOuterGroup_SpeaksOfThatGroup()
    {
        Write("cgroup/app/memory.max", "409600\n");
        Write("cgroup/app/memory.current", "307200\n");
        Write("cgroup/app/memory.stat", "anon 1\ninactive_file 102400\n");
        Write("cgroup/app/host/memory.max", "max\n");
        Write("cgroup/app/cpu.max", "50000 100000\n");
        Write("cgroup/app/cpu.stat", "usage_usec 1000000\nuser_usec 1\n");
        var host = Host();
        host.CpuPercent();
        Write("cgroup/app/cpu.stat", "usage_usec 2000000\nuser_usec 1\n");

        _time.Pass(TimeSpan.FromSeconds(4));

        Assert.Equal(50, host.MemoryPercent());
        Assert.Equal(409600, host.MemoryLimit());
        Assert.Equal(50, host.CpuPercent(), 6);
    }

    [Fact]
    public void NothingToRead_IsZero()
    {
        var host = new HostResources(_time, Path.Combine(_root.FullName, "none"), Path.Combine(_root.FullName, "none"));

        Assert.Equal((0, 0, 0), (host.CpuPercent(), host.MemoryPercent(), host.MemoryLimit()));
    }

    private HostResources Host() => new(_time, Path.Combine(_root.FullName, "proc"), Path.Combine(_root.FullName, "cgroup"));

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private sealed class HandTime : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}
