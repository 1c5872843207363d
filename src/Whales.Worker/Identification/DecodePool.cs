using System.Threading.Channels;

namespace Whales.Worker.Identification;

/// <summary>
/// Threads of their own for decoding, as many as cores, so that photos are prepared in parallel with inference and neither the network's
/// threads nor the thread pool that serves the bus ever wait for a picture.
/// </summary>
public sealed class DecodePool : IDisposable
{
    private readonly Channel<Job> _jobs = Channel.CreateUnbounded<Job>(new UnboundedChannelOptions { AllowSynchronousContinuations = true });
    private readonly Thread[] _threads;

    /// <param name="threads">1 or more.</param>
    public DecodePool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"decode {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Runs <paramref name="work"/> on a decoding thread. How much waits here is bounded by the endpoints' prefetch.</summary>
    public Task RunAsync(Action work)
    {
        var job = new Job(work);
        ObjectDisposedException.ThrowIf(!_jobs.Writer.TryWrite(job), this);
        return job.Task;
    }

    /// <summary>Finishes what waits and ends the threads.</summary>
    public void Dispose()
    {
        _jobs.Writer.TryComplete();
        foreach (var thread in _threads)
            thread.Join();
    }

    private void Run()
    {
        var reader = _jobs.Reader;
        while (true)
        {
            if (reader.TryRead(out var job))
                job.Run();
            else if (!reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                return;
        }
    }

    // The continuation of a decode is the batcher's short enqueue; it may go on elsewhere while this thread takes the next photo.
    private sealed class Job(Action work) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void Run()
        {
            try
            {
                work();
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
