using System.Collections.Concurrent;
using System.Data.Common;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Tests.Storage;

public sealed class WriteCoalescerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A write that the test lets go on, list by list.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly SemaphoreSlim _open = new(0);
        private readonly SemaphoreSlim _begun = new(0);

        public ConcurrentQueue<int[]> Lists { get; } = [];

        public async Task<IReadOnlyList<string>> WriteAsync(IReadOnlyList<int> items)
        {
            Lists.Enqueue([.. items]);
            _begun.Release();
            await _open.WaitAsync(Cancel);
            return [.. items.Select(item => $"{item}")];
        }

        public Task BegunAsync() => _begun.WaitAsync(Cancel);

        public void Open(int lists = 1) => _open.Release(lists);

        public void Dispose()
        {
            _open.Dispose();
            _begun.Dispose();
        }
    }

    [Fact]
    public async Task AddAsync_WhileAListIsWritten_GatherIntoTheNext()
    {
        using var gate = new Gate();
        await using var coalescer = new WriteCoalescer<int, string>(gate.WriteAsync);
        var first = coalescer.AddAsync(0, Cancel);
        await gate.BegunAsync();
        var others = Enumerable.Range(1, 5).Select(i => coalescer.AddAsync(i, Cancel)).ToList();

        gate.Open(2);

        Assert.Equal("0", await first);
        Assert.Equal(["1", "2", "3", "4", "5"], await Task.WhenAll(others));
        Assert.Equal([[0], [1, 2, 3, 4, 5]], gate.Lists);
    }

    [Fact]
    public async Task AddAsync_MoreThanOneListHolds_AreSplit()
    {
        using var gate = new Gate();
        await using var coalescer = new WriteCoalescer<int, string>(gate.WriteAsync, maxList: 2);
        var first = coalescer.AddAsync(0, Cancel);
        await gate.BegunAsync();
        var others = Enumerable.Range(1, 5).Select(i => coalescer.AddAsync(i, Cancel)).ToList();

        gate.Open(4);
        await Task.WhenAll(others.Append(first));

        Assert.Equal([[0], [1, 2], [3, 4], [5]], gate.Lists);
    }

    [Fact]
    public async Task AddAsync_TwoLoops_WriteTwoListsAtATime()
    {
        using var gate = new Gate();
        await using var coalescer = new WriteCoalescer<int, string>(gate.WriteAsync, maxList: 1, loops: 2);
        var both = new[] { coalescer.AddAsync(0, Cancel), coalescer.AddAsync(1, Cancel) };

        await gate.BegunAsync();
        await gate.BegunAsync();
        gate.Open(2);

        Assert.Equal(["0", "1"], await Task.WhenAll(both));
    }

    [Fact]
    public async Task AddAsync_CanceledBeforeItsListBegins_IsNotWritten()
    {
        using var gate = new Gate();
        await using var coalescer = new WriteCoalescer<int, string>(gate.WriteAsync);
        using var leaving = new CancellationTokenSource();
        var first = coalescer.AddAsync(0, Cancel);
        await gate.BegunAsync();
        var left = coalescer.AddAsync(1, leaving.Token);
        var stays = coalescer.AddAsync(2, Cancel);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.Open(2);
        await Task.WhenAll(first, stays);

        Assert.Equal([[0], [2]], gate.Lists);
    }

    [Fact]
    public async Task AddAsync_CanceledWhileItIsWritten_StillLearnsTheOutcome()
    {
        using var gate = new Gate();
        await using var coalescer = new WriteCoalescer<int, string>(gate.WriteAsync);
        using var leaving = new CancellationTokenSource();
        var adding = coalescer.AddAsync(7, leaving.Token);
        await gate.BegunAsync();

        await leaving.CancelAsync();
        Assert.False(adding.IsCompleted);
        gate.Open();

        Assert.Equal("7", await adding);
    }

    [Fact]
    public async Task AddAsync_QueueIsFull_WaitsAndMayBeCanceled()
    {
        using var gate = new Gate();
        await using var coalescer = new WriteCoalescer<int, string>(gate.WriteAsync, capacity: 1);
        var first = coalescer.AddAsync(0, Cancel);
        await gate.BegunAsync();
        var second = coalescer.AddAsync(1, Cancel);
        using var leaving = new CancellationTokenSource();
        var third = coalescer.AddAsync(2, leaving.Token);
        var fourth = coalescer.AddAsync(3, Cancel);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        gate.Open(3);
        await Task.WhenAll(first, second, fourth);

        Assert.Equal([0, 1, 3], gate.Lists.SelectMany(list => list));
    }

    [Fact]
    public async Task AddAsync_OneItemIsBad_ItsNeighboursAreWritten()
    {
        var begun = new TaskCompletionSource();
        var open = new TaskCompletionSource();
        var written = new ConcurrentQueue<int>();
        await using var coalescer = new WriteCoalescer<int, int>(async items =>
        {
            begun.TrySetResult();
            await open.Task;
            if (items.Contains(3))
                throw new ArgumentException("Three is bad.");
            foreach (var item in items)
                written.Enqueue(item);
            return items;
        });
        var first = coalescer.AddAsync(0, Cancel);
        await begun.Task;
        var others = Enumerable.Range(1, 5).ToDictionary(i => i, i => coalescer.AddAsync(i, Cancel));

        open.SetResult();

        Assert.Equal("Three is bad.", (await Assert.ThrowsAsync<ArgumentException>(() => others[3])).Message);
        others.Remove(3);
        await Task.WhenAll(others.Values.Append(first));
        Assert.Equal([0, 1, 2, 4, 5], written);
    }

    [Fact]
    public async Task AddAsync_DatabaseIsAway_FailsTheListWithoutTryingEachItem()
    {
        var begun = new TaskCompletionSource();
        var open = new TaskCompletionSource();
        var calls = 0;
        await using var coalescer = new WriteCoalescer<int, int>(async items =>
        {
            begun.TrySetResult();
            await open.Task;
            return Interlocked.Increment(ref calls) == 2 ? throw new AwayException() : items;
        });
        var first = coalescer.AddAsync(0, Cancel);
        await begun.Task;
        var others = Enumerable.Range(1, 5).Select(i => coalescer.AddAsync(i, Cancel)).ToList();
        open.SetResult();

        await first;
        foreach (var other in others)
            await Assert.ThrowsAsync<AwayException>(() => other);
        Assert.Equal(6, await coalescer.AddAsync(6, Cancel));
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task AddAsync_WriteGivesTooFewAnswers_FailsTheRest()
    {
        await using var coalescer = new WriteCoalescer<int, int>(_ => Task.FromResult<IReadOnlyList<int>>([]));

        await Assert.ThrowsAsync<InvalidOperationException>(() => coalescer.AddAsync(1, Cancel));
    }

    [Fact]
    public async Task DisposeAsync_ItemsWait_WritesThemFirst()
    {
        using var gate = new Gate();
        var coalescer = new WriteCoalescer<int, string>(gate.WriteAsync, maxList: 2);
        var adding = Enumerable.Range(0, 5).Select(i => coalescer.AddAsync(i, Cancel)).ToList();

        var disposing = coalescer.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        gate.Open(5);
        await disposing;

        Assert.Equal(["0", "1", "2", "3", "4"], await Task.WhenAll(adding));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => coalescer.AddAsync(9, Cancel));
    }

    [Fact]
    public async Task AddAsync_FromManyCallers_AnswersEachItsOwn()
    {
        await using var coalescer = new WriteCoalescer<int, int>(
            async items =>
            {
                await Task.Yield();
                return [.. items.Select(item => item * 2)];
            },
            maxList: 16,
            capacity: 32,
            loops: 2);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
                Assert.Equal(((caller * 500) + i) * 2, await coalescer.AddAsync((caller * 500) + i, Cancel));
        })));
    }

    private sealed class AwayException : DbException;
}
