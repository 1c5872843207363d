using System.Text.Json.Serialization;
using Whales.Notifier.Alerts;

namespace Whales.Notifier.Messages;

/// <summary>What can be told: a closed set, each rendered by <see cref="MessageRenderer"/>. They may be stored as JSON.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "notice")]
[JsonDerivedType(typeof(AlertNotice), "alert")]
[JsonDerivedType(typeof(AlertBundle), "bundle")]
[JsonDerivedType(typeof(AlertReply), "reply")]
[JsonDerivedType(typeof(FailureSummary), "failures")]
[JsonDerivedType(typeof(Digest), "digest")]
[JsonDerivedType(typeof(HeartbeatLost), "heartbeat_lost")]
[JsonDerivedType(typeof(HeartbeatReturned), "heartbeat_returned")]
[JsonDerivedType(typeof(DailySummary), "daily")]
[JsonDerivedType(typeof(OperatorNotice), "operator")]
[JsonDerivedType(typeof(TestNotice), "test")]
internal abstract record Notice
{
    /// <summary>Older notices for the same chat that expired before they could be sent; said in a line when above 0.</summary>
    public int OlderDropped { get; init; }
}

/// <summary>
/// The message of one alert group: sent once, then edited. Rendered again with the newest <see cref="Group"/> it says what is true now;
/// a group that ended reads as resolved.
/// </summary>
internal sealed record AlertNotice : Notice
{
    public required AlertmanagerPayload Group { get; init; }

    /// <summary>What the message said before, if it was sent already: alerts that fired there and are gone now are shown as over.</summary>
    public AlertmanagerPayload? Previously { get; init; }

    /// <summary>What people did about it, shown in the message.</summary>
    public AlertState State { get; init; } = new();

    /// <summary>
    /// The short id under which <see cref="Commands.IPressedMessages"/> finds this message, 1 to 40 characters of A-Z a-z 0-9 - and _.
    /// Without one the message has no buttons that press (links only).
    /// </summary>
    public string? ButtonId { get; init; }
}

/// <summary>Several groups that came within the coalescing window of a chat, as one message, edited as one. At least two.</summary>
internal sealed record AlertBundle : Notice
{
    /// <summary>Their own <see cref="AlertNotice.ButtonId"/> and <see cref="AlertNotice.State"/> are not looked at.</summary>
    public required IReadOnlyList<AlertNotice> Groups { get; init; }

    public AlertState State { get; init; } = new();

    /// <inheritdoc cref="AlertNotice.ButtonId"/>
    public string? ButtonId { get; init; }
}

/// <summary>A short reply to the message of a group, since an edit makes no sound.</summary>
internal sealed record AlertReply : Notice
{
    public required AlertmanagerPayload Group { get; init; }

    public required AlertReplyKind Kind { get; init; }

    public AlertState State { get; init; } = new();

    /// <summary>As in <see cref="AlertNotice.ButtonId"/>; only <see cref="AlertReplyKind.StillFiring"/> has buttons.</summary>
    public string? ButtonId { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<AlertReplyKind>))]
internal enum AlertReplyKind
{
    Resolved,

    /// <summary>Alertmanager's repeat_interval: "still firing, 3 h".</summary>
    StillFiring,

    /// <summary>The state got worse while the message stands: new alerts in a critical group.</summary>
    Worse,
}

/// <summary>What people and the notifier did about a group.</summary>
internal sealed record AlertState
{
    public SilenceNote? Silence { get; init; }

    public Acknowledgement? Acknowledged { get; init; }

    public Flapping? Flapping { get; init; }

    /// <summary>Why this chat is told.</summary>
    public Escalation? Escalation { get; init; }
}

/// <summary>A silence that someone made from the message.</summary>
/// <param name="Ids">In Alertmanager: one for each alert, or one for the whole name.</param>
/// <param name="Until">When they end.</param>
/// <param name="By">Who pressed, as shown.</param>
/// <param name="UndoUntil">The undo button is shown until then.</param>
internal sealed record SilenceNote(IReadOnlyList<string> Ids, DateTimeOffset Until, string By, DateTimeOffset UndoUntil);

/// <summary>Nobody took it where it was told first.</summary>
/// <param name="Chat">Name of that chat.</param>
/// <param name="After">How long nobody did.</param>
internal sealed record Escalation(string Chat, TimeSpan After);

/// <summary>Someone took it.</summary>
internal sealed record Acknowledgement(string By, DateTimeOffset At);

/// <summary>The group goes on and off.</summary>
/// <param name="Times">How often it fired.</param>
/// <param name="Within">In how long.</param>
/// <param name="MutedUntil">Single changes are not told until then.</param>
internal sealed record Flapping(int Times, TimeSpan Within, DateTimeOffset? MutedUntil);
