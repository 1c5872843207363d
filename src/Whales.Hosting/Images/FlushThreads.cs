namespace Whales.Hosting.Images;

/// <summary>
/// Threads of our own that wait for the disk. On the thread pool, which starts with a thread a core, a few fsyncs would hold up
/// everything else and simultaneous uploads could not share a journal commit. They start as they are needed and stay.
/// </summary>
internal sealed class FlushThreads(int limit) : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<Job> _jobs = new();
    private int _threads;
    private int _idle;
    private bool _closed;

    /// <summary>Runs <paramref name="work"/> on one of the threads.</summary>
    public Task RunAsync(Action work)
    {
        var job = new Job(work);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _jobs.Enqueue(job);
            if (_idle >= _jobs.Count || _threads == limit)
            {
                Monitor.Pulse(_gate);
            }
            else
            {
                _threads++;
                new Thread(Work, maxStackSize: 256 * 1024) { IsBackground = true, Name = "image flush" }.UnsafeStart();
            }
        }

        return job.Task;
    }

    /// <summary>Lets the threads end once the work that waits is done.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Work()
    {
        while (Next() is { } job)
            job.Run();
    }

    private Job? Next()
    {
        lock (_gate)
        {
            while (_jobs.Count == 0)
            {
                if (_closed)
                    return null;
                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }

            return _jobs.Dequeue();
        }
    }

    private sealed class Job(Action work) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void Run()
        {
            try
            {
                work();
                SetResult();
            }
            catch (Exception exception)
            {
                SetException(exception);
            }
        }
    }
}
