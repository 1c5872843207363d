using System.Diagnostics;
using Whales.Worker.Models;

namespace Whales.Worker.Tests.Models;

public sealed class ThreadCpuTimeTests
{
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void Now_WhileAnotherThreadComputes_StandsStill()
    {
        var (cpu, _) = Measure(() =>
        {
            var other = new Thread(Compute);
            other.Start();
            other.Join();
        });

        Assert.InRange(cpu, TimeSpan.Zero, Work / 2);
    }

    [Fact]
    public void Now_OfAThreadThatComputes_GoesOnAndNoFasterThanTime()
    {
        var (cpu, wall) = Measure(Compute);

        Assert.InRange(cpu, Work, wall + TimeSpan.FromMilliseconds(20));
    }

    /// <summary>Returns only because its thread's time goes on.</summary>
    private static void Compute()
    {
        for (var started = ThreadCpuTime.Now; ThreadCpuTime.Now - started < Work;)
        {
        }
    }

    private static (TimeSpan Cpu, TimeSpan Wall) Measure(Action work)
    {
        var (cpu, wall) = (ThreadCpuTime.Now, Stopwatch.GetTimestamp());
        work();
        return (ThreadCpuTime.Now - cpu, Stopwatch.GetElapsedTime(wall));
    }
}
