using Whales.Contracts;
using Whales.Worker.Batching;

namespace Whales.Worker.Identification;

/// <summary>
/// Threads of their own for decoding, as many as cores, so that photos are prepared in parallel with inference and neither the network's
/// threads nor the thread pool that serves the bus ever wait for a picture. Photos that people wait for are decoded before bulk ones.
/// </summary>
public sealed class DecodePool : IDisposable
{
    private readonly LaneQueue<Job> _jobs;
    private readonly Thread[] _threads;
    private bool _closed;

    /// <param name="threads">1 or more.</param>
    /// <param name="bulkShare">Bulk photos' share of the turns while others wait too, 0 to 1.</param>
    /// <param name="niceness">How far decoding steps back for all other threads, 0 (not at all) to 19; see <see cref="ComputeThread"/>.</param>
    public DecodePool(int threads, double bulkShare = 0.2, int niceness = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _jobs = new LaneQueue<Job>(bulkShare);
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            var name = $"decode {i}";
            _threads[i] = new Thread(() => Run(name, niceness)) { IsBackground = true, Name = name };
            _threads[i].Start();
        }
    }

    /// <summary>Runs <paramref name="work"/> on a decoding thread. How much waits here is bounded by the endpoints' prefetch.</summary>
    public Task RunAsync(Lane lane, Action work)
    {
        var job = new Job(work);
        lock (_jobs)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _jobs.Enqueue(job, lane);
            Monitor.Pulse(_jobs);
        }

        return job.Task;
    }

    /// <summary>Finishes what waits and ends the threads.</summary>
    public void Dispose()
    {
        lock (_jobs)
        {
            _closed = true;
            Monitor.PulseAll(_jobs);
        }

        foreach (var thread in _threads)
            thread.Join();
    }

    private void Run(string name, int niceness)
    {
        using var compute = new ComputeThread($"{name} run", niceness);
        while (Take() is { } job)
            job.Run(compute);
    }

    private Job? Take()
    {
        lock (_jobs)
        {
            while (true)
            {
                if (_jobs.TryDequeue(out var job))
                    return job;
                if (_closed)
                    return null;
                Monitor.Wait(_jobs);
            }
        }
    }

    // The continuation of a decode is the batcher's short enqueue; it may go on elsewhere while this thread takes the next photo.
    private sealed class Job(Action work) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void Run(ComputeThread compute)
        {
            try
            {
                compute.Run(work);
                SetResult();
            }
#pragma warning disable CA1031 // Whatever the work threw belongs to its caller.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                SetException(exception);
            }
        }
    }
}
