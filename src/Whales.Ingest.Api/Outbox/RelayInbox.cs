using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outbox;

/// <summary>
/// The short way from an insert to the relay: rows that this process has just stored, leased to itself, need not be read back.
/// What does not fit, or is lost in a crash, is found by the relay's scan when its lease has run out.
/// </summary>
internal sealed class RelayInbox(IOptions<RelayOptions> options, TimeProvider clock)
{
    private const int Capacity = 4096;

    private readonly Channel<IdentificationRow> _rows = Channel.CreateBounded<IdentificationRow>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public ChannelReader<IdentificationRow> Rows => _rows.Reader;

    public DateTimeOffset LeaseUntil() => clock.GetUtcNow() + options.Value.Lease;

    /// <summary>Hands over a row that is durable and leased to this process.</summary>
    public void Post(IdentificationRow row) => _rows.Writer.TryWrite(row);

    /// <summary>Asks for a scan now: a row became unsent in the store.</summary>
    public void Wake() => _wakes.Writer.TryWrite(true);

    /// <summary>Waits until <see cref="Wake"/> is called or <paramref name="atMost"/> has passed.</summary>
    public async Task WaitForWakeAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _wakes.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }
}
