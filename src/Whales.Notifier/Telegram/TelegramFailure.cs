namespace Whales.Notifier.Telegram;

/// <summary>Why the Bot API did not do what it was asked. Each asks for another answer of ours; see the dispatcher.</summary>
internal enum FailureReason
{
    /// <summary>429: wait as long as it says.</summary>
    RateLimited,

    /// <summary>5xx.</summary>
    Server,

    /// <summary>No answer in time; the message may have arrived all the same.</summary>
    Timeout,

    /// <summary>No connection.</summary>
    Network,

    /// <summary>The circuit is open: nothing was sent.</summary>
    CircuitOpen,

    /// <summary>400: the markup cannot be read. Plain text can.</summary>
    BadMarkup,

    /// <summary>400: the message looks so already.</summary>
    NotModified,

    /// <summary>400: the message to edit or to reply to is gone.</summary>
    MessageGone,

    /// <summary>400: the topic does not exist or is closed.</summary>
    TopicGone,

    /// <summary>403, or 400 chat not found: the bot may not write there.</summary>
    ChatRefused,

    /// <summary>400: the group became a supergroup with another id.</summary>
    Migrated,

    /// <summary>401 or 404: the token is wrong.</summary>
    Unauthorized,

    /// <summary>409: somebody else polls with this token.</summary>
    Conflict,

    /// <summary>Another 4xx: the request itself is wrong and will stay so.</summary>
    Rejected,
}

/// <summary>A call that failed. Never holds the address of the call, which has the token in it.</summary>
/// <param name="Reason">What to do about it.</param>
/// <param name="Description">Telegram's words, or ours.</param>
/// <param name="RetryAfter">With <see cref="FailureReason.RateLimited"/>.</param>
/// <param name="MigratedTo">With <see cref="FailureReason.Migrated"/>.</param>
/// <param name="Status">HTTP status; 0 when there was no answer.</param>
internal sealed record TelegramFailure(FailureReason Reason, string Description, TimeSpan? RetryAfter = null, long? MigratedTo = null, int Status = 0)
{
    /// <summary>May pass by itself.</summary>
    public bool IsTransient => Reason is FailureReason.RateLimited or FailureReason.Server or FailureReason.Timeout or FailureReason.Network or FailureReason.CircuitOpen;
}

/// <summary>A call's result: <paramref name="Value"/> where <paramref name="Failure"/> is null.</summary>
internal readonly record struct TelegramAnswer<T>(T? Value, TelegramFailure? Failure)
{
    public bool Ok => Failure is null;
}
