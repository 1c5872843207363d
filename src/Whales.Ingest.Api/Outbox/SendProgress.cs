using Microsoft.Extensions.Options;

namespace Whales.Ingest.Api.Outbox;

/// <summary>
/// Whether the broker gets on with what it is sent. A blocked connection and a broker that stands still raise no error: all that can be seen is
/// that sends wait and nothing is confirmed.
/// </summary>
internal sealed class SendProgress(IOptions<RelayOptions> options, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private int _inFlight;

    // Since when something waits to be sent and nothing was answered; null while nothing waits.
    private long? _waitingSince;
    private long _lastTried;

    /// <summary>How long photos have been waiting without any answer; zero while the broker answers or nothing is to be sent.</summary>
    public TimeSpan Waited
    {
        get
        {
            lock (_gate)
            {
                // Rows are tried again within a lease: when nobody tried for longer, nothing is left to be sent.
                return _waitingSince is not { } since || (_inFlight == 0 && clock.GetElapsedTime(_lastTried) > 2 * options.Value.Lease)
                    ? TimeSpan.Zero
                    : clock.GetElapsedTime(since);
            }
        }
    }

    public bool IsStalled => Waited >= options.Value.StallAfter;

    public void Began()
    {
        lock (_gate)
        {
            _inFlight++;
            _lastTried = clock.GetTimestamp();
            _waitingSince ??= _lastTried;
        }
    }

    /// <param name="answered">True when the broker said something; false for a timeout or a broken connection.</param>
    public void Ended(bool answered)
    {
        lock (_gate)
        {
            _inFlight--;
            _lastTried = clock.GetTimestamp();
            if (answered)
                _waitingSince = _inFlight == 0 ? null : _lastTried;
        }
    }
}
