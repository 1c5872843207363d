using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Storage;

/// <summary>What a card shows.</summary>
internal enum CardKind
{
    /// <summary>Its threads, each a group of alerts: one, or several that came together.</summary>
    Alerts,

    /// <summary>Its threads, a line each: a storm.</summary>
    Digest,

    /// <summary>Its one thread, failures of a kind.</summary>
    Failures,

    /// <summary>Its own notice, sent once.</summary>
    Notice,
}

/// <summary>One message of ours in a chat, sent or to be sent.</summary>
internal sealed record Card
{
    public long Id { get; init; }

    /// <summary>The chat's name in the settings.</summary>
    public required string Chat { get; init; }

    public required CardKind Kind { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>Rises with each change of what it should say.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The version that stands in the chat; 0: none.</summary>
    public long Delivered { get; init; }

    /// <summary>Not to be sent before.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>When the oldest event came that the chat does not show yet.</summary>
    public required DateTimeOffset WaitingSince { get; init; }

    /// <summary>How many such events there are.</summary>
    public int WaitingEvents { get; init; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last got a thread.</summary>
    public required DateTimeOffset GrownAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Where the message stands: another chat's id when that one took over or the group moved.</summary>
    public long? SentChat { get; init; }

    public long? MessageId { get; init; }

    /// <summary>The card whose message this one answers.</summary>
    public long? Parent { get; init; }

    public string? ButtonId { get; init; }

    public AlertState State { get; init; } = new();

    public Notice? Notice { get; init; }

    /// <summary>The text that stands there, so that an edit that changes nothing is not sent.</summary>
    public string? SentText { get; init; }

    public bool IsPending => Version > Delivered;

    /// <summary>It says something new.</summary>
    public Card Changed(DateTimeOffset now, DateTimeOffset dueAt) => this with
    {
        Version = Version + 1,
        DueAt = IsPending && DueAt < dueAt && DueAt > now ? DueAt : dueAt,
        WaitingSince = IsPending ? WaitingSince : now,
        WaitingEvents = IsPending ? WaitingEvents + 1 : 1,
    };
}

/// <summary>What a card tells of, from its first event to its end.</summary>
internal sealed record CardThread
{
    public long Id { get; init; }

    public required string Chat { get; init; }

    /// <summary>Alertmanager's group key, or failure: type, model, reason.</summary>
    public required string Key { get; init; }

    public required long Card { get; init; }

    public required Severity Severity { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public required ThreadDoc Doc { get; init; }
}

/// <summary>The contents: either a group or failures.</summary>
internal sealed record ThreadDoc
{
    public AlertmanagerPayload? Group { get; init; }

    /// <summary>The group as the chat shows it.</summary>
    public AlertmanagerPayload? Shown { get; init; }

    public FailureSummary? Failures { get; init; }

    /// <summary>Why it is told in this chat, where that is the second one.</summary>
    public Escalation? Escalation { get; init; }

    /// <summary>A second chat knows of it.</summary>
    public bool Escalated { get; init; }

    /// <summary>Workers that report the failure and are counted once each.</summary>
    public IReadOnlyList<string> Workers { get; init; } = [];

    /// <summary>When it fired, while it goes on and off.</summary>
    public IReadOnlyList<DateTimeOffset> Firings { get; init; } = [];
}
