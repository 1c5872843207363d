using System.Globalization;

namespace Whales.Hosting.Metrics;

/// <summary>
/// How much of its CPU and memory the host has used: of the container where cgroup v2 limits it, else of the machine. Paths are parameters for tests.
/// </summary>
internal sealed class HostResources(TimeProvider time, string proc, string cgroups)
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly string[] _groups = Groups(proc, cgroups);
    private (long At, double Busy)? _last;
    private double _cpu;

    public HostResources(TimeProvider time)
        : this(time, "/proc", "/sys/fs/cgroup")
    {
    }

    /// <summary>CPU use since the last reading, 0 to 100. A reading sooner than a second after the last one repeats it.</summary>
    public double CpuPercent()
    {
        lock (_gate)
        {
            if (_last is { } recent && time.GetElapsedTime(recent.At) < ShortestInterval)
                return _cpu;
            var (busy, cores) = ReadCpu();
            var now = time.GetTimestamp();
            if (_last is { } last && cores > 0)
                _cpu = Math.Clamp(100 * (busy - last.Busy) / (time.GetElapsedTime(last.At, now).TotalSeconds * cores), 0, 100);
            _last = (now, busy);
            return _cpu;
        }
    }

    /// <summary>Memory in use that cannot simply be given back, 0 to 100.</summary>
    public double MemoryPercent()
    {
        var machine = MachineMemory();
        if (LimitedGroup("memory.max") is { } group && group.Limit < machine.Total)
        {
            var used = Number(Path.Combine(group.Path, "memory.current")) - Field(Path.Combine(group.Path, "memory.stat"), "inactive_file ");
            return Math.Clamp(100 * used / group.Limit, 0, 100);
        }

        return machine.Total > 0 ? Math.Clamp(100 * (1 - machine.Available / machine.Total), 0, 100) : 0;
    }

    /// <summary>Bytes of memory that the host may use.</summary>
    public double MemoryLimit()
    {
        var machine = MachineMemory().Total;
        return LimitedGroup("memory.max") is { } group ? Math.Min(group.Limit, machine) : machine;
    }

    private (double BusySeconds, double Cores) ReadCpu()
    {
        if (LimitedGroup("cpu.max") is { } group)
            return (Field(Path.Combine(group.Path, "cpu.stat"), "usage_usec ") / 1e6, Math.Min(group.Limit, Environment.ProcessorCount));

        // user nice system idle iowait irq softirq steal, in ticks of 1/100 s; guest time is part of user time.
        const double TicksPerSecond = 100;
        var lines = Lines(Path.Combine(proc, "stat"));
        var cores = lines.Count(line => line.StartsWith("cpu", StringComparison.Ordinal)) - 1;
        var ticks = lines.FirstOrDefault("").Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(Parse).ToArray();
        return ticks.Length < 8 ? (0, 0) : ((ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond, cores);
    }

    private (double Total, double Available) MachineMemory()
    {
        const double Kibi = 1024;
        var file = Path.Combine(proc, "meminfo");
        return (Field(file, "MemTotal:") * Kibi, Field(file, "MemAvailable:") * Kibi);
    }

    /// <summary>The group with the tightest limit among the process's own and those above it. cpu.max counts in cores, memory.max in bytes.</summary>
    private (string Path, double Limit)? LimitedGroup(string file)
    {
        (string Path, double Limit)? tightest = null;
        foreach (var group in _groups)
        {
            var words = Lines(Path.Combine(group, file)).FirstOrDefault("").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0] == "max")
                continue;
            var limit = words.Length > 1 ? Parse(words[0]) / Parse(words[1]) : Parse(words[0]);
            if (limit > 0 && double.IsFinite(limit) && (tightest is null || limit < tightest.Value.Limit))
                tightest = (group, limit);
        }

        return tightest;
    }

    private static string[] Groups(string proc, string cgroups)
    {
        var own = Lines(Path.Combine(proc, "self", "cgroup")).FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal));
        var groups = new List<string> { cgroups };
        foreach (var name in (own?[3..] ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries))
            groups.Add(Path.Combine(groups[^1], name));
        return [.. groups];
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // Not there on this machine; the caller has its next best.
        }
    }

    private static double Number(string path) => Parse(Lines(path).FirstOrDefault("0"));

    private static double Field(string path, string name)
    {
        var line = Lines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : Parse(line[name.Length..].Trim().Split(' ')[0]);
    }

    private static double Parse(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
