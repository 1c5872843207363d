using System.Globalization;

namespace Whales.Testing;

/// <summary>The most memory that a process has had resident, as the kernel counts it.</summary>
public static class PeakMemory
{
    /// <summary>Lets the kernel forget the peak so far.</summary>
    public static void Reset(int pid) => File.WriteAllText($"/proc/{pid}/clear_refs", "5");

    /// <summary>Bytes, since the last <see cref="Reset"/>.</summary>
    public static long Read(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(6, line.Length - 8).Trim(), CultureInfo.InvariantCulture);
    }
}
