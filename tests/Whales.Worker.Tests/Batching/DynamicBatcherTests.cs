using System.Collections.Concurrent;
using Whales.Contracts;
using Whales.Worker.Batching;

namespace Whales.Worker.Tests.Batching;

public sealed class DynamicBatcherTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly ConcurrentQueue<int[]> _batches = new();
    private readonly SemaphoreSlim _started = new(0);

    /// <summary>Runs stand still here while it is closed.</summary>
    private readonly ManualResetEventSlim _gate = new(true);

    public void Dispose()
    {
        _started.Dispose();
        _gate.Dispose();
    }

    [Fact]
    public async Task RunAsync_SessionIsFree_RunsAtOnceAlone()
    {
        await using var batcher = Batcher(maxBatchSize: 8);

        var answer = await batcher.RunAsync(3, Lane.Interactive, null, default);

        Assert.Equal(new Batched<string>("3", TimeSpan.Zero, 1), answer);
    }

    [Fact]
    public async Task RunAsync_MoreThanAFullBatchWaits_RunsFullBatchesInOrder()
    {
        await using var batcher = Batcher(maxBatchSize: 4);
        var answers = FillWhileBusy(batcher, 6);

        Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], (await Task.WhenAll(answers)).Select(answer => answer.Value));
        Assert.Equal([[0], [1, 2, 3, 4], [5, 6]], _batches);
    }

    [Fact]
    public async Task RunAsync_DelayIsConfigured_WaitsForTheOldestItemsDelayOnly()
    {
        await using var batcher = Batcher(maxBatchSize: 4, delayMs: 50);
        var first = batcher.RunAsync(1, Lane.Interactive, null, default).AsTask();
        await Until(() => _clock.Armed == 1);
        _clock.Advance(TimeSpan.FromMilliseconds(30));
        var second = batcher.RunAsync(2, Lane.Interactive, null, default).AsTask();
        Assert.Empty(_batches);

        _clock.Advance(TimeSpan.FromMilliseconds(20));

        Assert.Equal(TimeSpan.FromMilliseconds(50), (await first).Waited);
        Assert.Equal(TimeSpan.FromMilliseconds(20), (await second).Waited);
        Assert.Equal([[1, 2]], _batches);
    }

    [Fact]
    public async Task RunAsync_BatchIsFullBeforeTheDelay_RunsAtOnce()
    {
        await using var batcher = Batcher(maxBatchSize: 2, delayMs: 50);

        await Task.WhenAll(batcher.RunAsync(1, Lane.Interactive, null, default).AsTask(), batcher.RunAsync(2, Lane.Interactive, null, default).AsTask());

        Assert.Equal([[1, 2]], _batches);
    }

    [Fact]
    public async Task RunAsync_ItemExpiresInTheQueue_IsNotRun()
    {
        await using var batcher = Batcher(maxBatchSize: 4);
        var answers = Busy(batcher);
        var late = batcher.RunAsync(1, Lane.Interactive, _clock.GetUtcNow().AddSeconds(1), default).AsTask();
        var inTime = batcher.RunAsync(2, Lane.Interactive, _clock.GetUtcNow().AddSeconds(3), default).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(2));
        _gate.Set();

        await Assert.ThrowsAsync<ItemExpiredException>(() => late);
        Assert.Equal("2", (await inTime).Value);
        await answers;
        Assert.Equal([[0], [2]], _batches);
    }

    [Fact]
    public async Task RunAsync_ItemIsCancelledInTheQueue_IsNotRun()
    {
        await using var batcher = Batcher(maxBatchSize: 4);
        using var cancellation = new CancellationTokenSource();
        var busy = Busy(batcher);
        var given = batcher.RunAsync(1, Lane.Interactive, null, cancellation.Token).AsTask();
        var kept = batcher.RunAsync(2, Lane.Interactive, null, default).AsTask();
        await cancellation.CancelAsync();
        _gate.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        await Task.WhenAll(busy, kept);
        Assert.Equal([[0], [2]], _batches);
    }

    [Fact]
    public async Task RunAsync_OneItemIsBad_FailsAlone()
    {
        await using var batcher = Batcher(maxBatchSize: 4, run: items => [.. items.Select(item => item == 2 ? (Outcome<string>)new FormatException("bad") : $"{item}")]);
        var answers = FillWhileBusy(batcher, 3);

        await Assert.ThrowsAsync<FormatException>(() => answers[2]);
        Assert.Equal(["0", "1", "3"], (await Task.WhenAll(answers[0], answers[1], answers[3])).Select(answer => answer.Value));
        Assert.Equal([[0], [1, 2, 3]], _batches);
    }

    [Fact]
    public async Task RunAsync_WholeBatchFails_EachIsRunAloneOnce()
    {
        await using var batcher = Batcher(maxBatchSize: 4, run: items => items.Contains(2) ? throw new FormatException("bad") : [.. items.Select(item => (Outcome<string>)$"{item}")]);
        var answers = FillWhileBusy(batcher, 3);

        await Assert.ThrowsAsync<FormatException>(() => answers[2]);
        Assert.Equal(new Batched<string>("1", TimeSpan.Zero, 1), await answers[1]);
        Assert.Equal("3", (await answers[3]).Value);
        Assert.Equal([[0], [1, 2, 3], [1], [2], [3]], _batches);
    }

    [Fact]
    public async Task RunAsync_TwoSessions_RunSideBySide()
    {
        _gate.Reset();
        await using var batcher = Batcher(maxBatchSize: 1, sessions: 2);
        var answers = Enumerable.Range(0, 2).Select(i => batcher.RunAsync(i, Lane.Interactive, null, default).AsTask()).ToArray();

        // Both are inside a run before either may end.
        await _started.WaitAsync();
        await _started.WaitAsync();
        _gate.Set();
        await Task.WhenAll(answers);
    }

    [Fact]
    public async Task RunAsync_QueueIsFull_WaitsForRoomAndIsCancellable()
    {
        await using var batcher = Batcher(maxBatchSize: 1, capacity: 2);
        var busy = Busy(batcher);
        var queued = new[] { batcher.RunAsync(1, Lane.Interactive, null, default).AsTask(), batcher.RunAsync(2, Lane.Interactive, null, default).AsTask() };
        using var cancellation = new CancellationTokenSource();
        var outside = batcher.RunAsync(3, Lane.Interactive, null, cancellation.Token).AsTask();
        var patient = batcher.RunAsync(4, Lane.Interactive, null, default).AsTask();

        Assert.Equal(2, batcher.Waiting);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => outside);
        _gate.Set();
        await Task.WhenAll([busy, .. queued, patient]);
        Assert.Equal([[0], [1], [2], [4]], _batches);
    }

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

    [Fact]
    public async Task DisposeAsync_ItemsWait_AnswersThemAllAndTakesNoMore()
    {
        var batcher = Batcher(maxBatchSize: 4, capacity: 4, delayMs: 1000);
        _gate.Reset();
        var answers = Enumerable.Range(0, 10).Select(i => batcher.RunAsync(i, Lane.Interactive, null, default).AsTask()).ToArray();

        var disposal = batcher.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => batcher.RunAsync(99, Lane.Interactive, null, default).AsTask());
        _gate.Set();
        await disposal;

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), (await Task.WhenAll(answers)).Select(answer => answer.Value));
    }

    [Fact]
    public async Task RunAsync_ManyCallersAtOnce_EachGetsItsOwnAnswerOnce()
    {
        await using var batcher = Batcher(maxBatchSize: 7, sessions: 3);

        var answers = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => Task.Run(() => batcher.RunAsync(i, Lane.Interactive, null, default).AsTask())));

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{i}"), answers.Select(answer => answer.Value));
        Assert.Equal(2000, _batches.Sum(batch => batch.Length));
        Assert.All(_batches, batch => Assert.InRange(batch.Length, 1, 7));
    }

    private static async Task Until(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "The condition was not met within 30 s.");
            await Task.Yield();
        }
    }

    private DynamicBatcher<int, string> Batcher(int maxBatchSize, int sessions = 1, int? capacity = null, int delayMs = 0, Func<int[], Outcome<string>[]>? run = null)
    {
        var options = new BatcherOptions { MaxBatchSize = maxBatchSize, Sessions = sessions, Capacity = capacity ?? 10_000, MaxDelay = TimeSpan.FromMilliseconds(delayMs) };
        return new DynamicBatcher<int, string>(options, (_, items, outcomes) =>
        {
            var batch = items.ToArray();
            _batches.Enqueue(batch);
            _started.Release();
            _gate.Wait();
            var answers = run is null ? [.. batch.Select(item => (Outcome<string>)$"{item}")] : run(batch);
            answers.CopyTo(outcomes);
        }, _clock);
    }

    /// <summary>Item 0 runs and stands still until the gate is opened.</summary>
    private Task<Batched<string>> Busy(DynamicBatcher<int, string> batcher)
    {
        _gate.Reset();
        var running = batcher.RunAsync(0, Lane.Interactive, null, default).AsTask();
        _started.Wait();
        return running;
    }

    /// <summary>Items 1 and up wait together while item 0 runs; then the gate opens.</summary>
    private Task<Batched<string>>[] FillWhileBusy(DynamicBatcher<int, string> batcher, int count)
    {
        Task<Batched<string>>[] answers = [Busy(batcher), .. Enumerable.Range(1, count).Select(i => batcher.RunAsync(i, Lane.Interactive, null, default).AsTask())];
        _gate.Set();
        return answers;
    }
}
