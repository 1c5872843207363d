using System.Text.Json;

namespace Whales.Notifier.Commands;

/// <summary>Reads one element of getUpdates' result.</summary>
internal static class UpdateReader
{
    /// <summary>For getUpdates' allowed_updates.</summary>
    public static IReadOnlyList<string> AllowedUpdates { get; } = ["message", "callback_query"];

    /// <returns>Null for what we have no use for: other kinds, messages without text. Its update_id must be passed over all the same.</returns>
    public static IncomingUpdate? Read(JsonElement update)
    {
        if (!update.TryGetProperty("update_id", out var idElement) || !idElement.TryGetInt64(out var id))
            return null;
        if (update.TryGetProperty("message", out var message) && Place(message) is { } place)
        {
            var text = Text(message, "text");
            return text is null ? null : new IncomingMessage(id, place.Chat, place.Thread, place.Message, From(message), text);
        }

        if (update.TryGetProperty("callback_query", out var query) && query.TryGetProperty("message", out var pressed) && Place(pressed) is { } at &&
            Text(query, "id") is { } callback)
            return new ButtonPress(id, at.Chat, at.Thread, at.Message, From(query), callback, Text(query, "data") ?? "");
        return null;
    }

    private static (long Chat, long? Thread, long Message)? Place(JsonElement message)
    {
        if (!message.TryGetProperty("chat", out var chat) || Number(chat, "id") is not { } chatId || Number(message, "message_id") is not { } messageId)
            return null;
        // Replies outside of topics carry a thread id too; only a topic's may be sent back.
        var isTopic = message.TryGetProperty("is_topic_message", out var topic) && topic.ValueKind == JsonValueKind.True;
        return (chatId, isTopic ? Number(message, "message_thread_id") : null, messageId);
    }

    private static Person? From(JsonElement element)
    {
        if (!element.TryGetProperty("from", out var from) || Number(from, "id") is not { } id)
            return null;
        var name = string.Join(' ', new[] { Text(from, "first_name"), Text(from, "last_name") }.Where(part => part is { Length: > 0 }));
        return new Person(id, Text(from, "username"), name, Text(from, "language_code"));
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number : null;
}
