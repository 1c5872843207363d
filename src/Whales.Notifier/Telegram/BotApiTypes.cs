using System.Text.Json;
using System.Text.Json.Serialization;

namespace Whales.Notifier.Telegram;

/// <summary>The Bot API's envelope.</summary>
internal sealed record BotApiAnswer<T>
{
    public bool Ok { get; init; }

    public T? Result { get; init; }

    [JsonPropertyName("error_code")]
    public int ErrorCode { get; init; }

    public string? Description { get; init; }

    public BotApiParameters? Parameters { get; init; }
}

internal sealed record BotApiParameters
{
    [JsonPropertyName("retry_after")]
    public int? RetryAfter { get; init; }

    [JsonPropertyName("migrate_to_chat_id")]
    public long? MigrateToChatId { get; init; }
}

internal sealed record SentMessage
{
    [JsonPropertyName("message_id")]
    public long MessageId { get; init; }
}

internal sealed record BotUser
{
    public long Id { get; init; }

    public string? Username { get; init; }
}

/// <summary>Where Telegram posts updates, and how that goes.</summary>
internal sealed record WebhookInfo
{
    /// <summary>Empty: nowhere.</summary>
    public string Url { get; init; } = "";

    [JsonPropertyName("pending_update_count")]
    public int PendingUpdateCount { get; init; }

    /// <summary>Unix time of the last post that failed.</summary>
    [JsonPropertyName("last_error_date")]
    public long? LastErrorDate { get; init; }

    [JsonPropertyName("last_error_message")]
    public string? LastErrorMessage { get; init; }
}

/// <summary>One update as it came; whoever handles it reads what he knows.</summary>
internal sealed record RawUpdate(long Id, JsonElement Update);
