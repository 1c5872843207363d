using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Whales.Notifier.Storage;

/// <summary>
/// What the notifier must not forget, in a SQLite file or in PostgreSQL. One thread writes; what waits for it is committed together, so
/// that many webhooks share one sync. A task that completed is on the disk.
/// </summary>
internal sealed class NotifierStore : IAsyncDisposable
{
    private const int LargestCommit = 64;

    private readonly Channel<Work> _work = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly StoreDatabase _database;
    private readonly Task _writer;
    private volatile StoreSession? _session;

    public NotifierStore(StoreDatabase database)
    {
        _database = database;
        _writer = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>True while no other process on this store can deliver.</summary>
    public bool IsLeader => _session?.IsLeader == true;

    /// <summary>Makes this process the one that delivers, unless another is; true when it is now.</summary>
    public Task<bool> TryLeadAsync() => RunAsync(_database.TryLead);

    /// <summary>Runs <paramref name="work"/> in a transaction; on an exception of its own nothing of it is kept.</summary>
    /// <exception cref="Exception">The store cannot be read or written: <see cref="StoreFaults.IsOfStore"/>.</exception>
    public async Task<T> RunAsync<T>(Func<StoreSession, T> work)
    {
        var item = new Work<T>(work);
        ObjectDisposedException.ThrowIf(!_work.Writer.TryWrite(item), this);
        return await item.Completed;
    }

    public Task RunAsync(Action<StoreSession> work) => RunAsync(session =>
    {
        work(session);
        return true;
    });

    /// <summary>What was handed in before is still written.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _writer;
        Close();
    }

    private void Write()
    {
        var batch = new List<Work>();
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < LargestCommit && _work.Reader.TryRead(out var work))
                batch.Add(work);
            try
            {
                Commit(batch);
            }
            catch (Exception exception)
            {
                // Whatever state a failed disk or server left the connection in, the next gets a new one; closing rolls back.
                Close();
                var failure = StoreFaults.IsOfStore(exception) ? exception : new IOException("The store's connection cannot be used.", exception);
                batch.ForEach(work => work.Fail(failure));
                continue;
            }

            batch.ForEach(work => work.Complete());
        }
    }

    private void Commit(List<Work> batch)
    {
        var session = _session ??= _database.Open();
        _database.Begin(session);
        foreach (var work in batch)
        {
            session.Run("savepoint one");
            if (!work.TryRun(session))
                session.Run("rollback to one");
            session.Run("release one");
        }

        session.Run("commit");
    }

    private void Close()
    {
        _session?.Dispose();
        _session = null;
    }

    private abstract class Work
    {
        public abstract bool TryRun(StoreSession session);

        public abstract void Complete();

        public abstract void Fail(Exception exception);
    }

    private sealed class Work<T>(Func<StoreSession, T> run) : Work
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ExceptionDispatchInfo? _own;
        private T _result = default!;

        public Task<T> Completed => _done.Task;

        public override bool TryRun(StoreSession session)
        {
            try
            {
                _result = run(session);
                return true;
            }
            catch (Exception exception) when (StoreFaults.IsOfCaller(exception))
            {
                _own = ExceptionDispatchInfo.Capture(exception);
                return false;
            }
        }

        public override void Complete()
        {
            if (_own is null)
                _done.SetResult(_result);
            else
                _done.SetException(_own.SourceException);
        }

        public override void Fail(Exception exception) => _done.TrySetException(exception);
    }
}
