using System.Collections.Concurrent;
using Whales.Hosting.Images;

namespace Whales.Hosting.Tests.Images;

public sealed class SharedFlushTests
{
    [Fact]
    public async Task Flush_CalledWhileOneRuns_WaitsForOneThatBeganLater()
    {
        using var mayEnd = new SemaphoreSlim(0);
        using var begun = new SemaphoreSlim(0);
        var flushes = 0;
        var shared = new SharedFlush(() =>
        {
            Interlocked.Increment(ref flushes);
            begun.Release();
            mayEnd.Wait(TestContext.Current.CancellationToken);
        });

        var first = OnThread(shared.Flush);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        var others = Enumerable.Range(0, 8).Select(_ => OnThread(shared.Flush)).ToList();
        mayEnd.Release();
        await first;
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        // Whoever came while the first one ran is not answered by it.
        Assert.DoesNotContain(others, other => other.IsCompleted);
        mayEnd.Release(9);
        await Task.WhenAll(others);

        Assert.InRange(flushes, 2, 9);
    }

    [Fact]
    public async Task Flush_ManyAtOnce_EachIsAnsweredByAFlushThatBeganAfterIt()
    {
        var clock = 0L;
        var begun = new ConcurrentDictionary<int, long>();
        var flushes = 0;
        var lastDone = -1;
        var shared = new SharedFlush(() =>
        {
            var number = Interlocked.Increment(ref flushes);
            begun[number] = Interlocked.Increment(ref clock);
            Thread.Yield();
            Volatile.Write(ref lastDone, number);
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OnThread(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                var called = Interlocked.Increment(ref clock);
                shared.Flush();
                Assert.True(begun[Volatile.Read(ref lastDone)] > called);
            }
        })));

        Assert.InRange(flushes, 500, 4000);
    }

    [Fact]
    public void Flush_Fails_TellsItsCallersAndTheNextOneRunsAgain()
    {
        var fail = true;
        var shared = new SharedFlush(() =>
        {
            if (fail)
                throw new IOException("No space left on device");
        });

        Assert.Throws<IOException>(shared.Flush);
        fail = false;
        shared.Flush();
    }

    private static Task OnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
