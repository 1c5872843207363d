using Whales.Contracts;
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
            await pool.RunAsync(Lane.Interactive, () =>
            {
                name = Thread.CurrentThread.Name;
                Assert.True(meet.SignalAndWait(TimeSpan.FromSeconds(30)));
            });
            return name;
        }
    }

    [Fact]
    public async Task RunAsync_BulkStandsBefore_InteractiveIsNext()
    {
        using var pool = new DecodePool(1);
        using var gate = new ManualResetEventSlim();
        var order = new List<string>();
        var busy = pool.RunAsync(Lane.Bulk, gate.Wait);
        var bulk = Enumerable.Range(0, 20).Select(_ => pool.RunAsync(Lane.Bulk, () => order.Add("bulk"))).ToArray();
        var asked = pool.RunAsync(Lane.Interactive, () => order.Add("interactive"));
        gate.Set();

        await Task.WhenAll([busy, asked, .. bulk]);
        Assert.Equal("interactive", order[0]);
    }

    [Fact]
    public async Task RunAsync_WorkThrows_ItsCallerGetsItAndTheThreadLivesOn()
    {
        using var pool = new DecodePool(1);

        await Assert.ThrowsAsync<InvalidDataException>(() => pool.RunAsync(Lane.Interactive, () => throw new InvalidDataException()));
        var ran = false;
        await pool.RunAsync(Lane.Interactive, () => ran = true);

        Assert.True(ran);
    }

    [Fact]
    public async Task Dispose_FinishesWhatWaits()
    {
        var pool = new DecodePool(1);
        var done = 0;
        var work = Enumerable.Range(0, 100).Select(_ => pool.RunAsync(Lane.Interactive, () => done++)).ToArray();

        pool.Dispose();

        await Task.WhenAll(work);
        Assert.Equal(100, done);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pool.RunAsync(Lane.Interactive, () => { }));
    }
}
