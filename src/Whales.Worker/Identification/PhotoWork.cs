namespace Whales.Worker.Identification;

/// <summary>One photo in hand, which a cancellation may let go wherever it waits.</summary>
internal sealed class PhotoWork(Action<PhotoWork> done, CancellationToken drain) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(drain);
    private bool _disposed;

    /// <summary>Ends by <see cref="Cancel"/>, or when the time to drain is over.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>True when this photo is no longer wanted; false when only the host must end.</summary>
    public bool Canceled { get; private set; }

    public void Cancel()
    {
        // Its end and the news of its cancellation may meet.
        lock (_source)
        {
            if (_disposed)
                return;
            Canceled = true;
            _source.Cancel();
        }
    }

    public void Dispose()
    {
        done(this);
        lock (_source)
        {
            _disposed = true;
            _source.Dispose();
        }
    }
}
