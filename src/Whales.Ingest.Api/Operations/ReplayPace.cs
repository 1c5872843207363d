using Microsoft.Extensions.Options;

namespace Whales.Ingest.Api.Operations;

/// <summary>Spreads replays over time, whichever request they come from: each part is booked after the one before.</summary>
internal sealed class ReplayPace(IOptions<ReplayOptions> options, TimeProvider clock)
{
    private readonly object _gate = new();
    private readonly long _started = clock.GetTimestamp();
    private TimeSpan _free;

    /// <summary>Photos that are replayed in one go: a tenth of a second's.</summary>
    public int Part { get; } = Math.Max(1, options.Value.PhotosPerSecond / 10);

    public TimeSpan RequestTime => options.Value.RequestTime;

    /// <summary>Waits for the turn of the next <see cref="Part"/>.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = clock.GetElapsedTime(_started);
            var turn = _free > now ? _free : now;
            _free = turn + TimeSpan.FromSeconds((double)Part / options.Value.PhotosPerSecond);
            wait = turn - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, clock, cancellationToken) : Task.CompletedTask;
    }
}
