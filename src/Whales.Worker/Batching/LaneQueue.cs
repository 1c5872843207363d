using Whales.Contracts;

namespace Whales.Worker.Batching;

/// <summary>
/// What waits, in two lanes, each in order of arrival. Interactive work goes first; while both lanes wait, bulk work gets its share of the
/// turns, so that a survey moves on however many people ask. A lane that is alone gets every turn. Not safe for several threads.
/// </summary>
/// <param name="bulkShare">Of the turns while both lanes wait, 0 to 1.</param>
internal sealed class LaneQueue<T>(double bulkShare)
{
    private const double Rounding = 1e-9;

    private readonly Queue<T> _interactive = new();
    private readonly Queue<T> _bulk = new();

    // Turns that bulk work has earned while it stood behind interactive work.
    private double _owed;

    public int Count => _interactive.Count + _bulk.Count;

    public void Enqueue(T item, Lane lane) => (lane == Lane.Bulk ? _bulk : _interactive).Enqueue(item);

    /// <summary>Takes the item whose turn it is.</summary>
    public bool TryDequeue([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T item) => Next().TryDequeue(out item);

    /// <summary>The heads of both lanes.</summary>
    public IEnumerable<T> Heads()
    {
        if (_interactive.TryPeek(out var head))
            yield return head;
        if (_bulk.TryPeek(out head))
            yield return head;
    }

    private Queue<T> Next()
    {
        if (_interactive.Count == 0 || _bulk.Count == 0)
        {
            _owed = 0;
            return _interactive.Count > 0 ? _interactive : _bulk;
        }

        _owed += bulkShare;
        if (_owed < 1 - Rounding)
            return _interactive;
        _owed -= 1;
        return _bulk;
    }
}
