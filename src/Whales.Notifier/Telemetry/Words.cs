using Whales.Notifier.Alerts;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Telemetry;

/// <summary>The values that the notifier's labels may have.</summary>
internal static class Words
{
    public const string Accepted = "accepted";
    public const string Duplicate = "duplicate";
    public const string Invalid = "invalid";
    public const string Unauthorized = "unauthorized";
    public const string Overloaded = "overloaded";

    public const string Sent = "sent";
    public const string Edited = "edited";
    public const string Replied = "replied";
    public const string Deduplicated = "deduplicated";
    public const string Coalesced = "coalesced";
    public const string Suppressed = "suppressed";
    public const string Failed = "failed";
    public const string Dropped = "dropped";

    public const string Resolved = "resolved";

    public static IReadOnlyList<string> Webhooks { get; } = [Accepted, Duplicate, Invalid, Unauthorized, Overloaded];

    public static IReadOnlyList<string> Deliveries { get; } = [Sent, Edited, Replied, Deduplicated, Coalesced, Suppressed, Failed, Dropped];

    public static IReadOnlyList<string> Sources { get; } = [Source.Alertmanager, Source.Watchdog, Source.Fault, Source.IdentificationFailed, Source.ModelLoadFailed, Source.Undecodable, Source.DeadLetter, Source.Daily];

    public static IReadOnlyList<string> Errors { get; } = ["400", "401", "403", "404", "409", "429", "5xx", "timeout", "network"];

    /// <summary>Of the Bot API, those that we call.</summary>
    public static IReadOnlyList<string> Methods { get; } =
        ["getMe", "getChat", "getUpdates", "sendMessage", "sendChatAction", "editMessageText", "answerCallbackQuery", "setMyCommands"];

    public static IReadOnlyList<string> CallOutcomes { get; } = ["ok", "failed"];

    public static IReadOnlyList<string> Silences { get; } = ["created", "undone", "denied", "expired"];

    public static IReadOnlyList<string> Reconciliations { get; } = [Resolved, Sent];

    public static IReadOnlyList<string> Callbacks { get; } = ["ok", "unauthorized", "expired", "unknown", "failed"];

    public static IReadOnlyList<Severity> All { get; } = Enum.GetValues<Severity>();

    public static IReadOnlyList<string> Severities { get; } = [.. All.Select(Of)];

    public static string Of(Severity severity) => severity switch
    {
        Severity.Critical => "critical",
        Severity.Warning => "warning",
        Severity.Info => "info",
        _ => "none",
    };

    public static string Of(TelegramFailure failure) => failure.Status switch
    {
        401 => "401",
        403 => "403",
        404 => "404",
        409 => "409",
        429 => "429",
        >= 500 => "5xx",
        0 => failure.Reason switch { FailureReason.Timeout => "timeout", FailureReason.Server => "5xx", _ => "network" },
        _ => "400",
    };

    /// <summary>Where events come from.</summary>
    public static class Source
    {
        public const string Alertmanager = "alertmanager";
        public const string Watchdog = "watchdog";
        public const string Fault = "fault";
        public const string IdentificationFailed = "identification_failed";
        public const string ModelLoadFailed = "model_load_failed";
        public const string Undecodable = "undecodable";
        public const string DeadLetter = "dead_letter";
        public const string Daily = "daily";
    }
}
