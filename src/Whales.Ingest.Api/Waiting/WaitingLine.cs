namespace Whales.Ingest.Api.Waiting;

/// <summary>
/// The photos of one model and lane that wait: what the job table said last, and what this process has taken in since or is taking in. With
/// several APIs it is behind the others' photos by the time between two counts.
/// </summary>
internal sealed class WaitingLine(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private int _counted;
    private long _arrived;
    private long _arrivedBeforeCount;
    private int _entering;

    public DrainMeter Drain { get; } = new(clock);

    /// <summary>Photos accepted and not yet finished.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return Accepted;
        }
    }

    // What was finished since the last count is still in it.
    private int Accepted => _counted + (int)(_arrived - _arrivedBeforeCount);

    /// <summary>Keeps room for photos that are on their way in; false when they would be more than <paramref name="most"/>.</summary>
    public bool TryEnter(int photos, int most)
    {
        lock (_gate)
        {
            if (Accepted + _entering + photos > most)
                return false;
            _entering += photos;
            return true;
        }
    }

    /// <summary>The room is not, or no longer, needed.</summary>
    public void Leave(int photos)
    {
        lock (_gate)
            _entering -= photos;
    }

    /// <summary>Photos that had room are stored now.</summary>
    public void Arrive(int photos)
    {
        lock (_gate)
        {
            _entering -= photos;
            _arrived += photos;
        }
    }

    /// <summary>How many have arrived before a count begins: rows that the count sees.</summary>
    public long Arrived()
    {
        lock (_gate)
            return _arrived;
    }

    /// <summary>What the job table says.</summary>
    /// <param name="count">Queued rows.</param>
    /// <param name="arrivedBefore"><see cref="Arrived"/> as it was when the count began. What arrived during it may count twice until the next one.</param>
    public void Counted(int count, long arrivedBefore)
    {
        lock (_gate)
            (_counted, _arrivedBeforeCount) = (count, arrivedBefore);
    }
}
