using Microsoft.Extensions.Options;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Delivery;

/// <summary>How Telegram and our bot are. One object, read by health and the dispatcher, under its own lock.</summary>
internal sealed class BotStatus(IOptions<TelegramOptions> options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly TelegramOptions _options = options.Value;
    private string? _wrong;
    private int _failures;
    private DateTimeOffset _failingSince;
    private long _failedAt;
    private TimeSpan _pause;
    private string? _lastFailure;

    /// <summary>The bot's name without the @, once getMe told it: a command that names another bot is not ours.</summary>
    public string? UserName { get; set; }

    /// <summary>The token is refused: nothing is sent until there is another one. Null: it is not known to be.</summary>
    public string? WrongToken
    {
        get
        {
            lock (_lock)
                return _wrong;
        }

        set
        {
            lock (_lock)
                _wrong = value;
        }
    }

    /// <summary>Telegram is away since then, and why; null: it is not.</summary>
    public (DateTimeOffset Since, string Why)? Outage
    {
        get
        {
            lock (_lock)
                return _failures == 0 ? null : (_failingSince, _lastFailure ?? "");
        }
    }

    /// <summary>How long it is until the next try may come, by whatever the clock on the wall is set to; zero or less: it may come now.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_lock)
                return _failures == 0 ? TimeSpan.Zero : _pause - clock.GetElapsedTime(_failedAt);
        }
    }

    /// <summary>A call failed in a way that may pass: the pause doubles, with jitter.</summary>
    public TimeSpan Failed(string why)
    {
        lock (_lock)
        {
            if (_failures++ == 0)
                _failingSince = clock.GetUtcNow();
            _lastFailure = why;
            var seconds = Math.Min(_options.LongestBackOff.TotalSeconds, _options.FirstBackOff.TotalSeconds * Math.Pow(2, Math.Min(_failures - 1, 30)));
            _pause = TimeSpan.FromSeconds(seconds * (0.8 + (0.2 * Random.Shared.NextDouble())));
            _failedAt = clock.GetTimestamp();
            return _pause;
        }
    }

    /// <summary>Telegram answered.</summary>
    /// <returns>True when it was away.</returns>
    public bool Answered()
    {
        lock (_lock)
        {
            var was = _failures > 0;
            _failures = 0;
            return was;
        }
    }
}
