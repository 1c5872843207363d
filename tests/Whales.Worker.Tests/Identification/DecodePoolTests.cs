using Whales.Worker.Identification;

namespace Whales.Worker.Tests.Identification;

public sealed class DecodePoolTests
{
    [Fact]
    public async Task RunAsync_RunsOnThreadsOfItsOwnSideBySide()
    {
        using var pool = new DecodePool(2);
        using var meet = new Barrier(2);
        var names = await Task.WhenAll(NameAsync(), NameAsync());

        Assert.Equal(["decode 0", "decode 1"], names.Order());

        // Both must be at work at once to get past the barrier.
        async Task<string?> NameAsync()
        {
            string? name = null;
            await pool.RunAsync(() =>
            {
                name = Thread.CurrentThread.Name;
                Assert.True(meet.SignalAndWait(TimeSpan.FromSeconds(30)));
            });
            return name;
        }
    }

    [Fact]
    public async Task RunAsync_WorkThrows_ItsCallerGetsItAndTheThreadLivesOn()
    {
        using var pool = new DecodePool(1);

        await Assert.ThrowsAsync<InvalidDataException>(() => pool.RunAsync(() => throw new InvalidDataException()));
        var ran = false;
        await pool.RunAsync(() => ran = true);

        Assert.True(ran);
    }

    [Fact]
    public async Task Dispose_FinishesWhatWaits()
    {
        var pool = new DecodePool(1);
        var done = 0;
        var work = Enumerable.Range(0, 100).Select(_ => pool.RunAsync(() => done++)).ToArray();

        pool.Dispose();

        await Task.WhenAll(work);
        Assert.Equal(100, done);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pool.RunAsync(() => { }));
    }
}
