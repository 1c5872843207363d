using Whales.Contracts;

namespace Whales.Worker.Batching;

/// <summary>
/// Puts single items together into batches. Each session has a thread that takes what waits as soon as it is free, in the order of
/// <see cref="LaneQueue{T}"/>: an interactive item joins the next batch however much bulk work stands before it. Every item gets one answer of its own. When a run fails as a whole, its items are run again one by one, so that a bad one
/// never fails its neighbours.
/// </summary>
internal sealed class DynamicBatcher<TItem, TResult> : IAsyncDisposable
{
    private readonly BatcherOptions _options;
    private readonly BatchRunner<TItem, TResult> _run;
    private readonly TimeProvider _time;
    private readonly object _gate = new();
    // Of each lane by itself: a lane that is full must not keep the other one out.
    private readonly SemaphoreSlim[] _rooms;
    private readonly LaneQueue<Pending> _queue;
    private readonly ITimer _delayOver;
    private readonly Task[] _exits;
    private int _free;
    private int _entering;
    private bool _draining;

    public DynamicBatcher(BatcherOptions options, BatchRunner<TItem, TResult> run, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Sessions, 1);
        (_options, _run, _time) = (options, run, time);
        var capacity = options.Capacity ?? 2 * options.MaxBatchSize * options.Sessions;
        _rooms = [new SemaphoreSlim(capacity), new SemaphoreSlim(capacity)];
        _queue = new LaneQueue<Pending>(options.BulkShare);
        _delayOver = time.CreateTimer(_ => WakeAll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _exits = [.. Enumerable.Range(0, options.Sessions).Select(StartSession)];
    }

    /// <summary>Items in the queue.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    /// <summary>
    /// Hands in an item and waits for its answer; first for room, when its lane is full. When this returns or throws, in whatever way,
    /// nothing looks at the item any more.
    /// </summary>
    /// <exception cref="ItemExpiredException"><paramref name="expiresAt"/> was over before the item's batch was formed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the item's batch was formed.</exception>
    /// <exception cref="ObjectDisposedException">The batcher is shutting down.</exception>
    public async ValueTask<Batched<TResult>> RunAsync(TItem item, Lane lane, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_draining, this);
            _entering++;
        }

        Pending? pending = null;
        try
        {
            await _rooms[(int)lane].WaitAsync(cancellationToken).ConfigureAwait(false);
            pending = new Pending(item, lane, expiresAt, _time.GetTimestamp(), cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _entering--;
                if (pending is not null)
                    _queue.Enqueue(pending, lane);
                // Sessions that drain wait for the last one to come in.
                if (_draining)
                    Monitor.PulseAll(_gate);
                else
                    Monitor.Pulse(_gate);
            }
        }

        return await pending.Answer.Task.ConfigureAwait(false);
    }

    /// <summary>Takes nothing more, answers what was handed in, and ends the threads.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _draining = true;
            Monitor.PulseAll(_gate);
        }

        await Task.WhenAll(_exits).ConfigureAwait(false);
        await _delayOver.DisposeAsync().ConfigureAwait(false);
        foreach (var room in _rooms)
            room.Dispose();
    }

    private Task StartSession(int session)
    {
        // Runs are long and never yield: a thread of their own keeps them from starving the pool.
        var exit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            Serve(session);
            exit.SetResult();
        })
        {
            IsBackground = true,
            Name = $"{_options.Name} {session}",
        };
        thread.Start();
        return exit.Task;
    }

    private void Serve(int session)
    {
        var batch = new List<Pending>(_options.MaxBatchSize);
        var dropped = new List<Pending>();
        var items = new TItem[_options.MaxBatchSize];
        var outcomes = new Outcome<TResult>[_options.MaxBatchSize];
        using var compute = new ComputeThread($"{_options.Name} {session} run", _options.Niceness);
        while (Form(batch, dropped))
        {
            foreach (var pending in dropped)
                pending.Drop();
            if (batch.Count > 0)
                Run(session, compute, batch, items, outcomes);
            Array.Clear(items);
            batch.Clear();
            dropped.Clear();
        }
    }

    /// <summary>Waits for work and takes it; false when there will be none.</summary>
    private bool Form(List<Pending> batch, List<Pending> dropped)
    {
        lock (_gate)
        {
            _free++;
            BatchDecision decision;
            while ((decision = Decide()).Take == 0)
            {
                if (_draining && _entering == 0)
                    return false;
                if (decision.Wait != Timeout.InfiniteTimeSpan)
                    _delayOver.Change(decision.Wait, Timeout.InfiniteTimeSpan);
                Monitor.Wait(_gate);
            }

            _free--;
            var now = _time.GetUtcNow();
            while (batch.Count < decision.Take && _queue.TryDequeue(out var pending))
            {
                _rooms[(int)pending.Lane].Release();
                (pending.IsDead(now) ? dropped : batch).Add(pending);
            }

            if (_queue.Count > 0)
                Monitor.Pulse(_gate);
            return true;
        }
    }

    private BatchDecision Decide()
    {
        var oldestAge = TimeSpan.Zero;
        // Ages matter only where a batch may wait for company.
        if (_options.MaxDelay > TimeSpan.Zero && _queue.Count > 0)
            oldestAge = _time.GetElapsedTime(_queue.Heads().Min(head => head.HandedIn));
        return BatchRule.Decide(_queue.Count, oldestAge, _free, _options.MaxBatchSize, _options.MaxDelay, _draining);
    }

    private void Run(int session, ComputeThread compute, List<Pending> batch, TItem[] items, Outcome<TResult>[] outcomes)
    {
        for (var i = 0; i < batch.Count; i++)
            items[i] = batch[i].Item;
        outcomes.AsSpan(0, batch.Count).Clear();
        var started = _time.GetTimestamp();
        try
        {
            compute.Run(() => _run(session, items.AsSpan(0, batch.Count), outcomes.AsSpan(0, batch.Count)));
        }
        catch (Exception e)
        {
            if (batch.Count == 1)
                batch[0].Fail(e);
            else
                foreach (var pending in batch)
                    Run(session, compute, [pending], items, outcomes);
            return;
        }

        for (var i = 0; i < batch.Count; i++)
            batch[i].Finish(outcomes[i], _time.GetElapsedTime(batch[i].HandedIn, started), batch.Count);
    }

    private void WakeAll()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    private sealed class Pending(TItem item, Lane lane, DateTimeOffset? expiresAt, long handedIn, CancellationToken cancellation)
    {
        public TItem Item => item;

        public Lane Lane => lane;

        public long HandedIn => handedIn;

        // Continuations must not run on a session's thread.
        public TaskCompletionSource<Batched<TResult>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsDead(DateTimeOffset now) => cancellation.IsCancellationRequested || expiresAt <= now;

        public void Drop()
        {
            if (cancellation.IsCancellationRequested)
                Answer.SetCanceled(cancellation);
            else
                Answer.SetException(new ItemExpiredException(expiresAt!.Value));
        }

        public void Fail(Exception error) => Answer.SetException(error);

        public void Finish(Outcome<TResult> outcome, TimeSpan waited, int batchSize)
        {
            if (outcome is { Error: null, Value: { } value })
                Answer.SetResult(new Batched<TResult>(value, waited, batchSize));
            else
                Answer.SetException(outcome.Error ?? new InvalidOperationException("The run gave this item no answer."));
        }
    }
}
