using System.Globalization;
using System.Runtime.InteropServices;

namespace Whales.Benchmarks;

/// <summary>What a figure must be read beside.</summary>
internal static class MachineFacts
{
    public static string Describe()
    {
        var cpu = Field("/proc/cpuinfo", "model name") ?? "unknown processor";
        var memory = double.Parse((Field("/proc/meminfo", "MemTotal") ?? "0 kB").Split(' ')[0], CultureInfo.InvariantCulture) / (1 << 20);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{cpu}, {Environment.ProcessorCount} cores, {memory:0} GiB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}, {DateTime.UtcNow:yyyy-MM-dd}");
    }

    private static string? Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}
