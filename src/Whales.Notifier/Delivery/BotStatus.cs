using Microsoft.Extensions.Options;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Delivery;

/// <summary>How Telegram and our bot are. One object, read by health and the dispatcher, under its own lock.</summary>
internal sealed class BotStatus(IOptions<TelegramOptions> options)
{
    private readonly Lock _lock = new();
    private readonly TelegramOptions _options = options.Value;
    private string? _wrong;
    private int _failures;
    private DateTimeOffset _failingSince;
    private DateTimeOffset _nextTry;
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

    /// <summary>When the next try may come; in the past when there is no outage.</summary>
    public DateTimeOffset NextTry
    {
        get
        {
            lock (_lock)
                return _failures == 0 ? DateTimeOffset.MinValue : _nextTry;
        }
    }

    /// <summary>A call failed in a way that may pass: the pause doubles, with jitter.</summary>
    public TimeSpan Failed(string why, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_failures++ == 0)
                _failingSince = now;
            _lastFailure = why;
            var seconds = Math.Min(_options.LongestBackOff.TotalSeconds, _options.FirstBackOff.TotalSeconds * Math.Pow(2, Math.Min(_failures - 1, 30)));
            var pause = TimeSpan.FromSeconds(seconds * (0.8 + (0.2 * Random.Shared.NextDouble())));
            _nextTry = now + pause;
            return pause;
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
