using System.Collections.Concurrent;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outbox;

/// <summary>Attempts that the broker has confirmed and the job table does not know as sent yet. One that is final meanwhile needs no note.</summary>
internal sealed class SentNotes
{
    private readonly ConcurrentDictionary<AttemptId, bool> _confirmed = new();

    public void Confirmed(AttemptId attempt) => _confirmed[attempt] = true;

    public void Finished(AttemptId attempt) => _confirmed.TryRemove(attempt, out _);

    /// <summary>Takes out what there is to note.</summary>
    public List<AttemptId> Take()
    {
        var taken = new List<AttemptId>();
        foreach (var (attempt, _) in _confirmed)
        {
            if (_confirmed.TryRemove(attempt, out var _))
                taken.Add(attempt);
        }

        return taken;
    }
}
