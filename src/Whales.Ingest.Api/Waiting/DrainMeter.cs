namespace Whales.Ingest.Api.Waiting;

/// <summary>
/// How fast a line gets shorter while workers have all they can do. Idle moments say nothing about that and are left out; so is what is long
/// ago. Safe for several threads.
/// </summary>
internal sealed class DrainMeter(TimeProvider clock)
{
    // Enough photos for a steady figure, and enough seconds to even out batches.
    private const int EnoughPhotos = 50;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Queue<(long At, TimeSpan Time, int Photos)> _parts = new();
    private long _newest;
    private TimeSpan _time;
    private int _photos;
    private double? _last;

    /// <summary>Photos a second in the latest busy time; null when there was too little of it lately.</summary>
    public double? PerSecond
    {
        get
        {
            lock (_gate)
            {
                while (_parts.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.At) > (_parts.Count == 1 ? Recent : Longest))
                    Drop();
                return Now();
            }
        }
    }

    /// <summary>The latest figure, however old; null before the first.</summary>
    public double? Last
    {
        get
        {
            lock (_gate)
                return Now() ?? _last;
        }
    }

    /// <summary>A busy time in which <paramref name="photos"/> left the line.</summary>
    public void Add(TimeSpan time, int photos)
    {
        lock (_gate)
        {
            if (_parts.Count > 0 && clock.GetElapsedTime(_newest) > Recent)
            {
                // Another day, another load.
                while (_parts.Count > 0)
                    Drop();
            }

            _newest = clock.GetTimestamp();
            _parts.Enqueue((_newest, time, photos));
            _time += time;
            _photos += photos;
            while (_parts.TryPeek(out var oldest) && _parts.Count > 1 && _time - oldest.Time >= Enough && (_photos - oldest.Photos >= EnoughPhotos || _time > Longest))
                Drop();
            _last = Now() ?? _last;
        }
    }

    private double? Now() => _time >= Least ? _photos / _time.TotalSeconds : null;

    private void Drop()
    {
        var (_, time, photos) = _parts.Dequeue();
        _time -= time;
        _photos -= photos;
    }
}
