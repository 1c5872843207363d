using System.Text.Json.Nodes;
using Whales.Notifier.Delivery;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Telegram;

/// <summary>Messages as the Bot API wants them. What it refuses for its form is sent again at once in a plainer one.</summary>
internal sealed partial class TelegramChannel(TelegramClient client, ILogger<TelegramChannel> log) : INotificationChannel
{
    public string Name => "telegram";

    public Task<TelegramAnswer<long>> SendAsync(OutgoingMessage message, CancellationToken cancellationToken) =>
        PlainerAsync(message, async body =>
        {
            if (message.ReplyTo is { } reply)
                body["reply_parameters"] = new JsonObject { ["message_id"] = reply, ["allow_sending_without_reply"] = true };
            body["message_thread_id"] = message.Topic;
            body["disable_notification"] = message.Silent;
            var answer = await client.SendMessageAsync(body, cancellationToken);
            return new TelegramAnswer<long>(answer.Value?.MessageId ?? 0, answer.Failure);
        });

    public Task<TelegramAnswer<long>> EditAsync(long messageId, OutgoingMessage message, CancellationToken cancellationToken) =>
        PlainerAsync(message, async body =>
        {
            body["message_id"] = messageId;
            var answer = await client.EditMessageAsync(body, cancellationToken);
            return new TelegramAnswer<long>(messageId, answer.Failure?.Reason == FailureReason.NotModified ? null : answer.Failure);
        });

    private async Task<TelegramAnswer<long>> PlainerAsync(OutgoingMessage message, Func<JsonObject, Task<TelegramAnswer<long>>> call)
    {
        var answer = await call(Body(message, html: true));
        if (answer.Failure?.Reason != FailureReason.BadMarkup)
            return answer;
        LogPlain(answer.Failure.Description);
        return await call(Body(message, html: false));
    }

    private static JsonObject Body(OutgoingMessage message, bool html) => new()
    {
        ["chat_id"] = message.Chat,
        ["text"] = html ? message.Part.Html : message.Part.Plain,
        ["parse_mode"] = html ? "HTML" : null,
        ["link_preview_options"] = new JsonObject { ["is_disabled"] = true },
        ["reply_markup"] = new JsonObject { ["inline_keyboard"] = Keyboard(message.Keyboard) },
    };

    private static JsonArray Keyboard(IEnumerable<IReadOnlyList<Button>> rows)
    {
        var keyboard = new JsonArray();
        foreach (var row in rows)
        {
            JsonNode[] buttons = [.. row.Select(button => new JsonObject { ["text"] = button.Text, ["callback_data"] = button.CallbackData })];
            keyboard.Add((JsonNode)new JsonArray(buttons));
        }

        return keyboard;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Telegram cannot read a message's markup; it is sent as plain text (fallback_plain): {Description}")]
    private partial void LogPlain(string description);
}
