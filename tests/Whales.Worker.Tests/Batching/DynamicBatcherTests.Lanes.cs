using Whales.Contracts;

namespace Whales.Worker.Tests.Batching;

public sealed partial class DynamicBatcherTests
{
    [Fact]
    public async Task RunAsync_InteractiveItemBehindABacklogOfBulk_JoinsTheNextBatch()
    {
        await using var batcher = Batcher(maxBatchSize: 4);
        var busy = Busy(batcher);
        var bulk = Enumerable.Range(1, 12).Select(i => batcher.RunAsync(i, Lane.Bulk, null, default).AsTask()).ToArray();
        var asked = batcher.RunAsync(99, Lane.Interactive, null, default).AsTask();
        _gate.Set();

        await Task.WhenAll([busy, asked, .. bulk]);
        Assert.Equal([[0], [99, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12]], _batches);
    }

    [Fact]
    public async Task RunAsync_InteractiveItemsSaturate_BulkKeepsItsShare()
    {
        await using var batcher = Batcher(maxBatchSize: 5);
        var busy = Busy(batcher);
        var asked = Enumerable.Range(1, 40).Select(i => batcher.RunAsync(i, Lane.Interactive, null, default).AsTask()).ToArray();
        var bulk = Enumerable.Range(101, 40).Select(i => batcher.RunAsync(i, Lane.Bulk, null, default).AsTask()).ToArray();
        _gate.Set();

        await Task.WhenAll([busy, .. asked, .. bulk]);
        // One place of five, while both wait; then the rest.
        Assert.All(_batches.Skip(1).Take(10), batch => Assert.Equal(1, batch.Count(item => item > 100)));
        Assert.All(_batches.Skip(11), batch => Assert.All(batch, item => Assert.True(item > 100)));
    }

    [Fact]
    public async Task RunAsync_BulkLaneIsFull_InteractiveItemsHaveRoomOfTheirOwn()
    {
        await using var batcher = Batcher(maxBatchSize: 1, capacity: 2);
        var busy = Busy(batcher);
        var bulk = Enumerable.Range(1, 5).Select(i => batcher.RunAsync(i, Lane.Bulk, null, default).AsTask()).ToArray();
        var asked = batcher.RunAsync(99, Lane.Interactive, null, default).AsTask();
        Assert.Equal(3, batcher.Waiting);
        _gate.Set();

        await Task.WhenAll([busy, asked, .. bulk]);
        Assert.Equal([[0], [99]], _batches.Take(2));
    }

    [Fact]
    public async Task RunAsync_DelayIsConfigured_TheOldestOfEitherLaneEndsIt()
    {
        await using var batcher = Batcher(maxBatchSize: 4, delayMs: 50);
        var bulk = batcher.RunAsync(1, Lane.Bulk, null, default).AsTask();
        await Until(() => _clock.Armed == 1);
        _clock.Advance(TimeSpan.FromMilliseconds(30));
        var asked = batcher.RunAsync(2, Lane.Interactive, null, default).AsTask();
        Assert.Empty(_batches);

        _clock.Advance(TimeSpan.FromMilliseconds(20));

        await Task.WhenAll(bulk, asked);
        Assert.Equal([[2, 1]], _batches);
    }
}
