using System.ComponentModel.DataAnnotations;

namespace Whales.Notifier.Telegram;

/// <summary>The bot and its chats. Section <c>Telegram</c>.</summary>
public sealed class TelegramOptions
{
    public const string SectionName = "Telegram";

    /// <summary>Of the form <c>id:secret</c>, from @BotFather. Without one nothing is sent: a dry run, whose messages go to the log.</summary>
    public string? BotToken { get; set; }

    /// <summary>The Bot API; a server of one's own, or a fake. Default https://api.telegram.org.</summary>
    [Required]
    public Uri ApiUrl { get; set; } = new("https://api.telegram.org/");

    /// <summary>The chats, by a name of one's own that settings, logs and health use. Needed with a token.</summary>
    public IDictionary<string, ChatOptions> Chats { get; } = new Dictionary<string, ChatOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Ids of the people who may press buttons and give commands. Default: nobody.</summary>
    public IList<string> AllowedUsers { get; } = [];

    /// <summary>Whether buttons and commands are listened to. Default true.</summary>
    public bool Updates { get; set; } = true;

    /// <summary>
    /// Where Telegram posts what people press and write: the public https address that leads to our <c>/telegram/updates</c>, on port 443,
    /// 80, 88 or 8443. Default none: the notifier that delivers asks Telegram, by long polling.
    /// </summary>
    public Uri? WebhookUrl { get; set; }

    /// <summary>
    /// What Telegram must send there as <c>X-Telegram-Bot-Api-Secret-Token</c>: 16 to 256 letters, digits, _ and -. Needed with
    /// <see cref="WebhookUrl"/>; Telegram is told by us.
    /// </summary>
    public string? WebhookSecret { get; set; }

    /// <summary>How long one call may take. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:02:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long Telegram holds an answer without updates back. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan PollTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time between two messages in a chat. Telegram's limit, and the default: 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:05:00")]
    public TimeSpan ChatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Messages and edits in a group within a minute. 1 to 1,000; Telegram's limit, and the default: 20.</summary>
    [Range(1, 1000)]
    public int GroupPerMinute { get; set; } = 20;

    /// <summary>Messages and edits a second over all chats. 1 to 1,000, default 25; Telegram's limit is about 30.</summary>
    [Range(1, 1000)]
    public int PerSecond { get; set; } = 25;

    /// <summary>Pause after the first failure that may pass; it doubles with each further one. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:10:00")]
    public TimeSpan FirstBackOff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between tries while Telegram is away. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan LongestBackOff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a chat that refused us, or a token that was wrong, is tried again, and a webhook looked after. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>One chat.</summary>
public sealed class ChatOptions
{
    /// <summary>Telegram's number of the chat; groups have negative ones. docs/notifications.md says how to find it.</summary>
    public string Id { get; set; } = "";

    /// <summary>Topic of a forum group (message_thread_id). Default: the general one.</summary>
    public int? Topic { get; set; }

    /// <summary>en or ru. Default en.</summary>
    public string Language { get; set; } = "en";

    /// <summary>IANA name, such as Europe/Lisbon: for the times in messages and for quiet hours. Default UTC.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>Hours without sound for all but critical, such as <c>22:00-07:00</c>. Default none.</summary>
    public string? QuietHours { get; set; }

    /// <summary>Name of the chat that takes over when this one refuses us. Default none.</summary>
    public string? Fallback { get; set; }

    /// <summary>Name of the chat that is told too when nobody here has taken a critical alert within Notifier:EscalateAfter. Default none.</summary>
    public string? EscalateTo { get; set; }

    /// <summary>When the day is told here, such as <c>08:00</c>, in the chat's time zone. Default never.</summary>
    public string? DailyAt { get; set; }
}
