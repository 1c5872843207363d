using System.Diagnostics;
using Whales.Worker.Models;

namespace Whales.Worker.Tests.Models;

public sealed class ThreadCpuTimeTests
{
    [Fact]
    public void Now_OfAThreadThatWaits_StandsStill()
    {
        var (cpu, wall) = Measure(() => Thread.Sleep(200));

        Assert.True(cpu < wall / 2, $"{cpu} of {wall}");
    }

    [Fact]
    public void Now_OfAThreadThatComputes_GoesOnAndNoFasterThanTime()
    {
        var (cpu, wall) = Measure(() =>
        {
            // Returns only because its time goes on.
            for (var started = ThreadCpuTime.Now; ThreadCpuTime.Now - started < TimeSpan.FromMilliseconds(50);)
            {
            }
        });

        Assert.InRange(cpu, TimeSpan.FromMilliseconds(50), wall + TimeSpan.FromMilliseconds(20));
    }

    private static (TimeSpan Cpu, TimeSpan Wall) Measure(Action work)
    {
        var (cpu, wall) = (ThreadCpuTime.Now, Stopwatch.GetTimestamp());
        work();
        return (ThreadCpuTime.Now - cpu, Stopwatch.GetElapsedTime(wall));
    }
}
