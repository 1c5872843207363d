using Whales.Notifier.Messages;

namespace Whales.Notifier.Commands;

/// <summary>What to send back. Not durable: a reply that cannot be sent within seconds is of no use to the one who asked.</summary>
internal abstract record Reply;

/// <summary>A message in the chat (and topic) of the update, as a reply to <paramref name="ReplyTo"/>.</summary>
internal sealed record MessageReply(long ChatId, long? ThreadId, long ReplyTo, RenderedMessage Message) : Reply;

/// <summary>answerCallbackQuery. Always exactly one for a <see cref="ButtonPress"/>.</summary>
/// <param name="CallbackId">Of the press.</param>
/// <param name="Text">At most 200 characters; shown for a moment, or in a box.</param>
/// <param name="Alert">In a box that the person closes.</param>
internal sealed record PressAnswer(string CallbackId, string Text, bool Alert) : Reply;
