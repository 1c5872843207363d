using System.Collections.Concurrent;
using Whales.Notifier.Delivery;

namespace Whales.Notifier.Telegram;

/// <summary>What would have been sent, in the log and in <c>GET /debug/outbox</c>: for whoever has no bot yet.</summary>
internal sealed partial class DryRunChannel(TimeProvider clock, ILogger<DryRunChannel> log) : INotificationChannel
{
    private const int Kept = 100;

    private readonly ConcurrentQueue<DryRunMessage> _outbox = new();
    private long _last;

    public string Name => "log";

    /// <summary>The latest messages, oldest first.</summary>
    public IReadOnlyList<DryRunMessage> Outbox => [.. _outbox];

    public Task<TelegramAnswer<long>> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _last);
        Keep(id, message, edited: false);
        LogWouldSend(id, message.Part.Plain);
        return Task.FromResult(new TelegramAnswer<long>(id, null));
    }

    public Task<TelegramAnswer<long>> EditAsync(long messageId, OutgoingMessage message, CancellationToken cancellationToken)
    {
        Keep(messageId, message, edited: true);
        LogWouldEdit(messageId, message.Part.Plain);
        return Task.FromResult(new TelegramAnswer<long>(messageId, null));
    }

    private void Keep(long id, OutgoingMessage message, bool edited)
    {
        _outbox.Enqueue(new DryRunMessage(
            id, message.Chat, edited, message.ReplyTo, message.Silent, message.Part.Html, [.. message.Keyboard.Select(row => row.Select(button => button.Text).ToList())], clock.GetUtcNow()));
        while (_outbox.Count > Kept)
            _outbox.TryDequeue(out _);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Dry run, message {Message}:\n{Text}")]
    private partial void LogWouldSend(long message, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "Dry run, message {Message} edited:\n{Text}")]
    private partial void LogWouldEdit(long message, string text);
}

/// <summary>A message that a dry run did not send.</summary>
/// <param name="Id">Counted from 1 since the start.</param>
/// <param name="Chat">The chat's id; 0 without chats.</param>
/// <param name="Edited">It takes the place of an earlier text of the same id.</param>
/// <param name="ReplyTo">The message that it answers.</param>
/// <param name="Silent">Without sound.</param>
/// <param name="Html">The text.</param>
/// <param name="Buttons">Rows of buttons.</param>
/// <param name="At">When.</param>
internal sealed record DryRunMessage(long Id, long Chat, bool Edited, long? ReplyTo, bool Silent, string Html, IReadOnlyList<IReadOnlyList<string>> Buttons, DateTimeOffset At);
