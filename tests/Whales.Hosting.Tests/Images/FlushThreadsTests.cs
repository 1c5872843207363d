using Whales.Hosting.Images;

namespace Whales.Hosting.Tests.Images;

public sealed class FlushThreadsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_ManyBlock_AsManyRunAtOnceAsThereMayBeThreads()
    {
        using var threads = new FlushThreads(limit: 4);
        using var begun = new SemaphoreSlim(0);
        using var mayEnd = new SemaphoreSlim(0);
        var running = 0;
        var most = 0;
        var work = Enumerable.Range(0, 20).Select(_ => threads.RunAsync(() =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            begun.Release();
            mayEnd.Wait(Cancel);
            Interlocked.Decrement(ref running);
        })).ToList();

        for (var i = 0; i < 4; i++)
            await begun.WaitAsync(Cancel);
        mayEnd.Release(20);
        await Task.WhenAll(work);

        Assert.Equal(4, most);
    }

    [Fact]
    public async Task RunAsync_WorkThrows_TheCallerHearsAndTheThreadLives()
    {
        using var threads = new FlushThreads(limit: 1);

        await Assert.ThrowsAsync<IOException>(() => threads.RunAsync(() => throw new IOException("full")));
        await threads.RunAsync(() => { });
    }

    [Fact]
    public async Task Dispose_WorkWaits_IsDoneFirst()
    {
        var threads = new FlushThreads(limit: 1);
        using var mayEnd = new SemaphoreSlim(0);
        var work = new[] { threads.RunAsync(() => mayEnd.Wait(Cancel)), threads.RunAsync(() => { }), threads.RunAsync(() => { }) };

        threads.Dispose();
        mayEnd.Release();

        await Task.WhenAll(work);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => threads.RunAsync(() => { }));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value;)
            seen = Interlocked.CompareExchange(ref target, value, seen);
    }
}
