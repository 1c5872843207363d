using System.Diagnostics;

namespace Whales.Benchmarks;

/// <summary>A queue that was filled beforehand runs empty, and nothing is posted meanwhile.</summary>
internal static class DrainedQueue
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Returns when the queue is empty.</summary>
    /// <param name="count">How many photos it was filled with.</param>
    /// <param name="waiting">How many have no result yet.</param>
    /// <param name="turns">Measures.</param>
    /// <exception cref="InvalidOperationException">No photo was finished for a minute.</exception>
    public static async Task<Measured> MeasureAsync(int count, Func<Task<int>> waiting, Turns turns)
    {
        // The first third warms up (the hosts' code is compiled while it runs), the last tenth is left out because the sessions run dry.
        await FallBelowAsync(await waiting() * 2 / 3);
        var measured = await turns.TakeAsync(async () => count - await waiting(), (done, _) => done < count * 0.9);
        await FallBelowAsync(1);
        return measured;

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
