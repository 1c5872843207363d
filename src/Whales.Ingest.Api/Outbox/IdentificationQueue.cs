using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outbox;

/// <summary>Makes accepted photos durable, many in one commit, and then wakes the relay.</summary>
internal sealed class IdentificationQueue : IIdentificationQueue, IAsyncDisposable
{
    private readonly WriteCoalescer<IdentificationRow, bool> _inserts;
    private readonly RelayInbox _inbox;

    public IdentificationQueue(IIdentificationStore store, RelayInbox inbox)
    {
        _inbox = inbox;
        _inserts = new WriteCoalescer<IdentificationRow, bool>(async rows =>
        {
            await store.InsertAsync(rows, CancellationToken.None);
            return new bool[rows.Count];
        });
    }

    public async Task EnqueueAsync(IdentificationRow row, CancellationToken cancellationToken)
    {
        // What would not fit is left to the scan at once, rather than after a lease that nobody uses.
        var direct = _inbox.HasRoom(row.Lane);
        var stored = row with { LeasedUntil = direct ? _inbox.LeaseUntil() : null };
        await _inserts.AddAsync(stored, cancellationToken);
        if (direct)
            _inbox.Post(stored);
        else
            _inbox.Wake();
    }

    public void Wake() => _inbox.Wake();

    public ValueTask DisposeAsync() => _inserts.DisposeAsync();
}
