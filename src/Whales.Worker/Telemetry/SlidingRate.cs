namespace Whales.Worker.Telemetry;

/// <summary>How many a second, over the last minute or since the first of them.</summary>
internal sealed class SlidingRate(TimeProvider time)
{
    private const int Seconds = 60;

    private readonly Lock _gate = new();
    private readonly (long Second, int Count)[] _slots = new (long, int)[Seconds];
    private readonly long _start = time.GetTimestamp();

    public void Add()
    {
        var now = Now();
        lock (_gate)
        {
            ref var slot = ref _slots[now % Seconds];
            slot = (now, slot.Second == now ? slot.Count + 1 : 1);
        }
    }

    public double PerSecond()
    {
        var now = Now();
        long count = 0;
        var oldest = now;
        lock (_gate)
        {
            foreach (var slot in _slots)
            {
                if (slot.Count == 0 || slot.Second <= now - Seconds)
                    continue;
                count += slot.Count;
                oldest = Math.Min(oldest, slot.Second);
            }
        }

        return (double)count / (now - oldest + 1);
    }

    private long Now() => (long)time.GetElapsedTime(_start).TotalSeconds;
}
