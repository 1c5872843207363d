using System.Threading.Channels;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>Short ways inside this process; whoever misses a signal, or lives in another process, finds the work by looking.</summary>
internal sealed class CatalogueSignals(TimeProvider clock)
{
    /// <summary>There are photos to be embedded.</summary>
    public Signal PhotosQueued { get; } = new(clock);

    /// <summary>Workers have something to be told.</summary>
    public Signal Changed { get; } = new(clock);
}

/// <summary>Wakes one waiting loop.</summary>
internal sealed class Signal(TimeProvider clock)
{
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _wakes.Writer.TryWrite(true);

    /// <summary>Waits until <see cref="Set"/> is called or <paramref name="atMost"/> has passed.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _wakes.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }
}
