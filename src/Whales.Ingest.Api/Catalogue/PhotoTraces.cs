using System.Diagnostics;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>
/// In which trace catalogue photos were added, so that sending them goes on with it. Kept in memory, for the latest photos: one that was added
/// before a restart, or through another API, begins a new trace when it is sent.
/// </summary>
internal sealed class PhotoTraces
{
    // Some 150 bytes each. More than this wait only while a large catalogue is imported.
    private const int Kept = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, string> _traces = [];
    private readonly Queue<Guid> _inOrder = new();

    /// <summary>The photo belongs to the trace that is current here.</summary>
    public void Remember(Guid photo)
    {
        if (Activity.Current?.Id is not { } trace)
            return;
        lock (_gate)
        {
            if (_traces.TryAdd(photo, trace))
                _inOrder.Enqueue(photo);
            else
                _traces[photo] = trace;
            if (_inOrder.Count > Kept)
                _traces.Remove(_inOrder.Dequeue());
        }
    }

    /// <summary>The photo's traceparent; null when it is not known here. Each model asks by itself, and again for each attempt.</summary>
    public string? Of(Guid photo)
    {
        lock (_gate)
            return _traces.GetValueOrDefault(photo);
    }
}
