using System.Threading.Channels;

namespace Whales.Ingest.Api.Storage;

/// <summary>
/// Group commit: callers hand in one item each, a loop takes whatever waits and writes it in one go. It never waits for company: while
/// one write runs, the next list gathers by itself.
/// </summary>
/// <typeparam name="TItem">What is written.</typeparam>
/// <typeparam name="TResult">What each caller is told.</typeparam>
internal sealed class WriteCoalescer<TItem, TResult> : IAsyncDisposable
{
    private readonly Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> _write;
    private readonly int _maxList;
    private readonly Channel<Entry> _waiting;
    private readonly Task[] _loops;

    /// <param name="write">Writes a list in one commit and answers each item, in order. It is not canceled: its outcome must be known.</param>
    /// <param name="maxList">Items in one list, at most.</param>
    /// <param name="capacity">Items that wait, at most; beyond, callers wait to get in.</param>
    /// <param name="loops">Lists written at the same time.</param>
    public WriteCoalescer(Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> write, int maxList = 256, int capacity = 4096, int loops = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxList, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(loops, 1);
        _write = write;
        _maxList = maxList;
        _waiting = Channel.CreateBounded<Entry>(new BoundedChannelOptions(capacity) { SingleReader = loops == 1 });
        // Without the context of whoever happens to make the coalescer: lists belong to no request.
        using (ExecutionContext.SuppressFlow())
            _loops = [.. Enumerable.Range(0, loops).Select(_ => Task.Run(RunAsync))];
    }

    /// <summary>
    /// Waits until the item is written. Canceled before its list begins, the item is not written; afterwards cancellation has no effect,
    /// so that the caller knows what became of it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The coalescer no longer takes items.</exception>
    public async Task<TResult> AddAsync(TItem item, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var entry = new Entry(item);
        if (!_waiting.Writer.TryWrite(entry))
        {
            try
            {
                await _waiting.Writer.WriteAsync(entry, cancellationToken).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                throw new ObjectDisposedException(GetType().Name);
            }
        }

        await using (cancellationToken.UnsafeRegister(static (entry, token) => ((Entry)entry!).Cancel(token), entry).ConfigureAwait(false))
            return await entry.Task.ConfigureAwait(false);
    }

    /// <summary>Takes no more items, writes those that wait and returns when all callers are answered.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await Task.WhenAll(_loops).ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var entries = new List<Entry>(_maxList);
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (entries.Count < _maxList && _waiting.Reader.TryRead(out var entry))
            {
                if (entry.TryTake())
                    entries.Add(entry);
            }

            await WriteAsync(entries).ConfigureAwait(false);
            entries.Clear();
        }
    }

    private async Task WriteAsync(List<Entry> entries)
    {
        if (entries.Count == 0)
            return;
        IReadOnlyList<TResult> results;
        try
        {
            results = await _write(entries.ConvertAll(entry => entry.Item)).ConfigureAwait(false);
        }
        catch (Exception exception) when (entries.Count > 1 && StoreFaults.IsOfItem(exception))
        {
            // One of them is bad and has undone the commit of all: each alone, so that its neighbours live.
            foreach (var entry in entries)
                await WriteAsync([entry]).ConfigureAwait(false);
            return;
        }
        catch (Exception exception)
        {
            foreach (var entry in entries)
                entry.SetException(exception);
            return;
        }

        for (var i = 0; i < entries.Count; i++)
        {
            if (i < results.Count)
                entries[i].SetResult(results[i]);
            else
                entries[i].SetException(new InvalidOperationException("The write gave fewer answers than it had items."));
        }
    }

    private sealed class Entry(TItem item) : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private int _settled;

        public TItem Item => item;

        /// <summary>True when it is to be written; false when its caller has left.</summary>
        public bool TryTake() => Interlocked.Exchange(ref _settled, 1) == 0;

        public void Cancel(CancellationToken token)
        {
            if (TryTake())
                SetCanceled(token);
        }
    }
}
