using System.Collections.Concurrent;
using Whales.Contracts;

namespace Whales.FaultSuite.Running;

/// <summary>
/// What the system promised and said, kept outside it: every id that was answered with 202, the animal that was on the photo, every final
/// state that anybody was shown, and how often an outcome was published. In memory, and line by line in a file.
/// </summary>
internal sealed class Journal(string file) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, Entry> _entries = new();
    private readonly StreamWriter _file = new(file) { AutoFlush = true };
    private readonly Lock _lock = new();
    private int _refused;

    public IEnumerable<Entry> Entries => _entries.Values;

    public int Accepted => _entries.Count;

    /// <summary>Requests that were refused or got no answer: no promise was made.</summary>
    public int Refused => _refused;

    public void Accept(Guid id, string animal)
    {
        _entries.TryAdd(id, new Entry(id, animal));
        Write($"accepted {id} {animal}");
    }

    public void Refuse(string why)
    {
        Interlocked.Increment(ref _refused);
        Write($"refused {why}");
    }

    /// <summary>Notes a state that a client was shown; two different final ones are a contradiction.</summary>
    public void Show(Identification shown, string by)
    {
        if (shown.Status == IdentificationStatus.Queued || !_entries.TryGetValue(shown.Id, out var entry))
            return;
        var said = $"{shown.Status} attempt {shown.Attempt} {shown.Error?.Code ?? $"{shown.Result?.Decision} {shown.Result?.Candidates[0].IndividualId}"}";
        if (entry.Show(said, shown))
            Write($"shown {shown.Id} {said} by {by}");
    }

    public void Published(Guid id)
    {
        if (_entries.TryGetValue(id, out var entry))
            entry.CountOutcome();
    }

    public void Dispose() => _file.Dispose();

    private void Write(string line)
    {
        lock (_lock)
            _file.WriteLine($"{DateTimeOffset.UtcNow:O} {line}");
    }

    /// <summary>One accepted photo.</summary>
    public sealed class Entry(Guid id, string animal)
    {
        private readonly Lock _lock = new();
        private string? _said;
        private int _outcomes;

        public Guid Id => id;

        /// <summary>The final state that was shown first.</summary>
        public Identification? Final { get; private set; }

        /// <summary>Two final states were shown, or an animal that is not on the photo.</summary>
        public bool IsContradictory { get; private set; }

        /// <summary>Its outcome was published more than once: work was done twice, which is allowed after a fault.</summary>
        public bool IsDoubled => Volatile.Read(ref _outcomes) > 1;

        public void CountOutcome() => Interlocked.Increment(ref _outcomes);

        /// <returns>True when this is news.</returns>
        public bool Show(string said, Identification shown)
        {
            lock (_lock)
            {
                if (_said == said)
                    return false;
                var wrong = shown.Status == IdentificationStatus.Succeeded && shown.Result!.Candidates[0].IndividualId != animal;
                IsContradictory |= _said is not null || wrong;
                (_said, Final) = (said, Final ?? shown);
                return true;
            }
        }
    }
}
