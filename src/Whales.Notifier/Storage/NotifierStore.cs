using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Whales.Notifier.Storage;

/// <summary>
/// The notifier's own SQLite file. One thread writes; what waits for it is committed together, so that many webhooks share one sync.
/// A task that completed is on the disk (synchronous=FULL).
/// </summary>
internal sealed class NotifierStore : IAsyncDisposable
{
    private const int LargestCommit = 64;

    private readonly Channel<Work> _work = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly string _file;
    private readonly Task _writer;
    private StoreSession? _session;

    public NotifierStore(IOptions<NotifierOptions> options)
        : this(options.Value.SqliteFile)
    {
    }

    internal NotifierStore(string file)
    {
        _file = file;
        _writer = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Runs <paramref name="work"/> in a transaction; on an exception of its own nothing of it is kept.</summary>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The file cannot be read or written.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
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
        _session?.Dispose();
        _session = null;
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
                // Whatever state a failed disk left the connection in, the next gets a new one; closing rolls back.
                _session?.Dispose();
                _session = null;
                batch.ForEach(work => work.Fail(exception));
                continue;
            }

            batch.ForEach(work => work.Complete());
        }
    }

    private void Commit(List<Work> batch)
    {
        _session ??= new StoreSession(_file);
        _session.Run("begin immediate");
        foreach (var work in batch)
        {
            _session.Run("savepoint one");
            if (!work.TryRun(_session))
                _session.Run("rollback to one");
            _session.Run("release one");
        }

        _session.Run("commit");
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
            catch (Exception exception) when (exception is not Microsoft.Data.Sqlite.SqliteException)
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
