using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Commands;

/// <summary>The sent messages that have buttons, in the notifier's durable store: callback data has 64 bytes, so it only names one.</summary>
internal interface IPressedMessages
{
    /// <summary>Null when no message has that id (any more).</summary>
    Task<PressedMessage?> FindAsync(string buttonId, CancellationToken cancellation);

    /// <summary>Notes what was done and has the message edited to say so. Null takes the note away (undone).</summary>
    Task NoteSilenceAsync(string buttonId, SilenceNote? silence, CancellationToken cancellation);

    /// <summary>Notes who took it, stops the repeats to that chat and its escalation, and has the message edited.</summary>
    Task NoteAcknowledgedAsync(string buttonId, Acknowledgement acknowledged, CancellationToken cancellation);
}

/// <summary>A message whose button was pressed.</summary>
/// <param name="ChatId">Where it stands: a press from elsewhere is refused.</param>
/// <param name="Groups">What it shows now: one group, or those of a bundle.</param>
/// <param name="State">What was done already.</param>
/// <param name="SentAt">Buttons expire.</param>
internal sealed record PressedMessage(long ChatId, IReadOnlyList<AlertmanagerPayload> Groups, AlertState State, DateTimeOffset SentAt);

/// <summary>The chats of the settings.</summary>
internal interface IKnownChats
{
    /// <summary>Null for a chat that is not in the settings (a private talk with the bot, or a stranger's group).</summary>
    KnownChat? Find(long chatId);
}

/// <summary>A chat of the settings.</summary>
internal sealed record KnownChat(long Id, string Name, Reader Reader);

/// <summary>Chats that asked for quiet: all but critical comes without sound until then. Durable.</summary>
internal interface IMutes
{
    Task<DateTimeOffset?> MutedUntilAsync(long chatId, CancellationToken cancellation);

    /// <summary>Null ends the mute.</summary>
    Task MuteAsync(long chatId, DateTimeOffset? until, CancellationToken cancellation);
}

/// <summary>What the notifier knows of itself, for /status and, when Alertmanager does not answer, /alerts.</summary>
internal interface INotifierState
{
    Task<NotifierStatus> StatusAsync(CancellationToken cancellation);

    /// <summary>Groups that fire as far as the store knows.</summary>
    Task<IReadOnlyList<AlertmanagerPayload>> FiringAsync(CancellationToken cancellation);
}

/// <summary>How the notifier is.</summary>
/// <param name="HeartbeatSeen">The Watchdog's last time; absent when it never came.</param>
/// <param name="Backlog">Notices accepted and not delivered.</param>
/// <param name="OldestBacklog">Age of the oldest of them.</param>
/// <param name="BrokenChats">Names of chats that cannot be written to.</param>
/// <param name="BrokerConnected">Null without a broker (Standalone).</param>
internal sealed record NotifierStatus(
    DateTimeOffset? HeartbeatSeen, int Backlog, TimeSpan? OldestBacklog, IReadOnlyList<string> BrokenChats, bool? BrokerConnected);
