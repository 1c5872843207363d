using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Whales.Worker.Models;

/// <summary>How long the calling thread has had a core. Elsewhere than on Linux: how long the system has run.</summary>
internal static partial class ThreadCpuTime
{
    // CLOCK_THREAD_CPUTIME_ID, clock_gettime(2).
    private const int Clock = 3;

    public static TimeSpan Now => OperatingSystem.IsLinux() && GetTime(Clock, out var time) == 0
        ? TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick))
        : Stopwatch.GetElapsedTime(0);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out Timespec time);

    /// <summary>The kernel's <c>struct timespec</c> on 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
