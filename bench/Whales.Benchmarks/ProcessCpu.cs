using System.Globalization;

namespace Whales.Benchmarks;

/// <summary>CPU seconds of processes and their children, from /proc.</summary>
internal static class ProcessCpu
{
    // USER_HZ of every Linux on x86-64.
    private const double TicksPerSecond = 100;

    /// <summary>User and system seconds that <paramref name="roots"/> and all their living descendants have used.</summary>
    public static double Seconds(params IReadOnlyCollection<int> roots)
    {
        var stats = Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => Read(int.Parse(name!, CultureInfo.InvariantCulture)))
            .OfType<Stat>()
            .ToDictionary(stat => stat.Pid);
        return stats.Values.Where(stat => Descends(stat, roots, stats)).Sum(stat => stat.Ticks) / TicksPerSecond;
    }

    private static bool Descends(Stat stat, IReadOnlyCollection<int> roots, Dictionary<int, Stat> all)
    {
        for (Stat? current = stat; current is not null; current = all.GetValueOrDefault(current.Parent))
        {
            if (roots.Contains(current.Pid))
                return true;
        }

        return false;
    }

    private static Stat? Read(int pid)
    {
        try
        {
            // The command in parentheses may hold spaces: fields are counted from the last one.
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
            // 4 parent; 14, 15 own time; 16, 17 time of children that have ended.
            return new Stat(pid, (int)Field(4), Field(14) + Field(15) + Field(16) + Field(17));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private sealed record Stat(int Pid, int Parent, long Ticks);
}
