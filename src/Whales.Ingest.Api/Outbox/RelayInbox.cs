using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outbox;

/// <summary>
/// The short way from an insert to the relay, one for each lane: rows that this process has just stored, leased to itself, need not be read back.
/// What does not fit, or is lost in a crash, is found by the relay's scan when its lease has run out.
/// </summary>
internal sealed class RelayInbox(IOptions<RelayOptions> options, TimeProvider clock)
{
    private const int Capacity = 4096;

    private readonly Channel<IdentificationRow>[] _rows =
        [.. Enum.GetValues<Lane>().Select(_ => Channel.CreateBounded<IdentificationRow>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite }))];

    private readonly Channel<bool>[] _wakes =
        [.. Enum.GetValues<Lane>().Select(_ => Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }))];

    public ChannelReader<IdentificationRow> Rows(Lane lane) => _rows[(int)lane].Reader;

    public DateTimeOffset LeaseUntil() => clock.GetUtcNow() + options.Value.Lease;

    /// <summary>Whether a row of this lane would be taken now.</summary>
    public bool HasRoom(Lane lane) => Rows(lane).Count < Capacity;

    /// <summary>Hands over a row that is durable and leased to this process.</summary>
    public void Post(IdentificationRow row) => _rows[(int)row.Lane].Writer.TryWrite(row);

    /// <summary>Asks for a scan now: a row became unsent in the store.</summary>
    public void Wake()
    {
        foreach (var wake in _wakes)
            wake.Writer.TryWrite(true);
    }

    /// <summary>Waits until <see cref="Wake"/> is called or <paramref name="atMost"/> has passed.</summary>
    public async Task WaitForWakeAsync(Lane lane, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _wakes[(int)lane].Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }
}
