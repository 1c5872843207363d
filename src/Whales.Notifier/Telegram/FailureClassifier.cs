using System.Net;

namespace Whales.Notifier.Telegram;

/// <summary>Telegram's answers in a few words. It has no codes for its 400s: its descriptions are what there is.</summary>
internal static class FailureClassifier
{
    private static readonly (string Words, FailureReason Reason)[] Descriptions =
    [
        ("message is not modified", FailureReason.NotModified),
        ("can't parse entities", FailureReason.BadMarkup),
        ("can't find end", FailureReason.BadMarkup),
        ("unsupported start tag", FailureReason.BadMarkup),
        ("message to edit not found", FailureReason.MessageGone),
        ("message can't be edited", FailureReason.MessageGone),
        ("message to be replied not found", FailureReason.MessageGone),
        ("message to reply not found", FailureReason.MessageGone),
        ("replied message not found", FailureReason.MessageGone),
        ("message_id_invalid", FailureReason.MessageGone),
        ("message thread not found", FailureReason.TopicGone),
        ("topic_closed", FailureReason.TopicGone),
        ("topic_deleted", FailureReason.TopicGone),
        ("chat not found", FailureReason.ChatRefused),
        ("chat_id is empty", FailureReason.ChatRefused),
        ("peer_id_invalid", FailureReason.ChatRefused),
        ("have no rights to send", FailureReason.ChatRefused),
        ("not enough rights to send", FailureReason.ChatRefused),
        ("chat_write_forbidden", FailureReason.ChatRefused),
    ];

    public static TelegramFailure Of(HttpStatusCode status, string? description, BotApiParameters? parameters, TimeSpan? retryAfterHeader) =>
        Classify(status, description, parameters, retryAfterHeader) with { Status = (int)status };

    private static TelegramFailure Classify(HttpStatusCode status, string? description, BotApiParameters? parameters, TimeSpan? retryAfterHeader)
    {
        var text = string.IsNullOrEmpty(description) ? $"Telegram answered {(int)status}." : description;
        if (parameters?.MigrateToChatId is { } moved)
            return new TelegramFailure(FailureReason.Migrated, text, MigratedTo: moved);
        return (int)status switch
        {
            429 => new TelegramFailure(FailureReason.RateLimited, text, RetryAfter(parameters, retryAfterHeader)),
            >= 500 => new TelegramFailure(FailureReason.Server, text),
            401 or 404 => new TelegramFailure(FailureReason.Unauthorized, text),
            403 => new TelegramFailure(FailureReason.ChatRefused, text),
            409 => new TelegramFailure(FailureReason.Conflict, text),
            _ => new TelegramFailure(OfDescription(text), text),
        };
    }

    private static FailureReason OfDescription(string description)
    {
        foreach (var (words, reason) in Descriptions)
        {
            if (description.Contains(words, StringComparison.OrdinalIgnoreCase))
                return reason;
        }

        return FailureReason.Rejected;
    }

    private static TimeSpan RetryAfter(BotApiParameters? parameters, TimeSpan? header) =>
        parameters?.RetryAfter is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : header ?? TimeSpan.FromSeconds(1);
}
