using Whales.Notifier.Messages;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Delivery;

/// <summary>Where messages go: Telegram, or the log of a dry run. A further one needs no more than this.</summary>
internal interface INotificationChannel
{
    /// <summary>The channel's label in metrics.</summary>
    string Name { get; }

    /// <summary>Sends a new message.</summary>
    /// <returns>Its id in the chat.</returns>
    Task<TelegramAnswer<long>> SendAsync(OutgoingMessage message, CancellationToken cancellationToken);

    /// <summary>Puts another text in the place of a message's.</summary>
    Task<TelegramAnswer<long>> EditAsync(long messageId, OutgoingMessage message, CancellationToken cancellationToken);
}

/// <summary>One message for one chat.</summary>
/// <param name="Chat">Its id.</param>
/// <param name="Topic">Null: the general one.</param>
/// <param name="Part">The text.</param>
/// <param name="Keyboard">Rows of buttons; none also takes away those that are there.</param>
/// <param name="ReplyTo">The message that it answers; sent all the same when that is gone.</param>
/// <param name="Silent">Without sound.</param>
internal sealed record OutgoingMessage(long Chat, long? Topic, MessagePart Part, IReadOnlyList<IReadOnlyList<Button>> Keyboard, long? ReplyTo, bool Silent);
