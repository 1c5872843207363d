using System.Diagnostics;

namespace Whales.Benchmarks;

/// <summary>What was measured while a queue that was filled beforehand ran empty and nothing was posted.</summary>
/// <param name="PerSecond">Photos a second.</param>
/// <param name="Done">How many photos were measured.</param>
/// <param name="CpuBefore">Seconds of CPU of each part when the measurement began.</param>
/// <param name="CpuAfter">When it ended.</param>
internal sealed record DrainedQueue(double PerSecond, int Done, Dictionary<string, double> CpuBefore, Dictionary<string, double> CpuAfter)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Returns when the queue is empty.</summary>
    /// <param name="count">How many photos it was filled with.</param>
    /// <param name="waiting">How many have no result yet.</param>
    /// <param name="cpu">Seconds of CPU of each part.</param>
    /// <exception cref="InvalidOperationException">No photo was finished for a minute.</exception>
    public static async Task<DrainedQueue> MeasureAsync(int count, Func<Task<int>> waiting, Func<Dictionary<string, double>> cpu)
    {
        // The first third warms up (the hosts' code is compiled while it runs), the last tenth is left out because the sessions run dry.
        await FallBelowAsync(await waiting() * 2 / 3);
        var cpuBefore = cpu();
        var before = await waiting();
        var clock = Stopwatch.StartNew();
        await FallBelowAsync(count / 10);
        var done = before - await waiting();
        var drained = new DrainedQueue(done / clock.Elapsed.TotalSeconds, done, cpuBefore, cpu());
        await FallBelowAsync(1);
        return drained;

        async Task FallBelowAsync(int left)
        {
            var (last, since) = (-1, Stopwatch.StartNew());
            while (await waiting() is var now && now >= Math.Max(1, left))
            {
                if (now != last)
                    (last, since) = (now, Stopwatch.StartNew());
                if (since.Elapsed > Patience)
                    throw new InvalidOperationException($"{now} photos wait, and none was finished for {Patience.TotalSeconds} s.");
                await Task.Delay(200);
            }
        }
    }
}
