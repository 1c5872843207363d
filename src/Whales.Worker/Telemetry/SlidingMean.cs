namespace Whales.Worker.Telemetry;

/// <summary>The mean of what was added in the last five minutes, in steps of ten seconds; 0 when there was nothing.</summary>
internal sealed class SlidingMean(TimeProvider time)
{
    private const int SlotCount = 30;
    private const int SlotSeconds = 10;

    private readonly Lock _gate = new();
    private readonly Slot[] _slots = new Slot[SlotCount];
    private readonly long _start = time.GetTimestamp();

    public void Add(double value)
    {
        var now = Now();
        lock (_gate)
        {
            ref var slot = ref _slots[now % SlotCount];
            if (slot.Number != now)
                slot = new Slot { Number = now };
            slot.Sum += value;
            slot.Count++;
        }
    }

    public double Mean()
    {
        var oldest = Now() - SlotCount + 1;
        double sum = 0;
        long count = 0;
        lock (_gate)
        {
            foreach (var slot in _slots)
            {
                if (slot.Number < oldest)
                    continue;
                sum += slot.Sum;
                count += slot.Count;
            }
        }

        return count == 0 ? 0 : sum / count;
    }

    private long Now() => (long)time.GetElapsedTime(_start).TotalSeconds / SlotSeconds;

    private struct Slot
    {
        public long Number;
        public double Sum;
        public long Count;
    }
}
