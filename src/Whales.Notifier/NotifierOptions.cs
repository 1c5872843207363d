using System.ComponentModel.DataAnnotations;

namespace Whales.Notifier;

/// <summary>What comes in and how it is kept. Section <c>Notifier</c>.</summary>
public sealed class NotifierOptions
{
    public const string SectionName = "Notifier";

    /// <summary>
    /// The notifier's own SQLite file; made when missing. Two notifiers of one machine may share it. Not used with
    /// <c>ConnectionStrings:Notifier</c>, the PostgreSQL that notifiers of several machines share. Default data/notifier.db.
    /// </summary>
    [Required]
    public string SqliteFile { get; set; } = "data/notifier.db";

    /// <summary>What Alertmanager must send as <c>Authorization: Bearer</c>. May be left out only while all addresses are loopback.</summary>
    public string? WebhookToken { get; set; }

    /// <summary>
    /// Which chats (names of <c>Telegram:Chats</c>) a route goes to: default, critical, warning, info, and watchdog for the news that
    /// monitoring is blind. A route that is not given goes where default goes; default, not given, to all chats.
    /// </summary>
    public IDictionary<string, string[]> Routes { get; } = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The same content within this time is the second of a pair of Alertmanagers; after it, a repeat. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan DuplicateWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>What comes for a chat within this time becomes one message. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan Coalesce { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The same for what is critical. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan CoalesceCritical { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>New groups of alerts in a chat within a minute; those above become one digest. 2 to 1,000, default 15.</summary>
    [Range(2, 1000)]
    public int StormThreshold { get; set; } = 15;

    /// <summary>A digest, and the count of failures of one kind, are edited no more often than this. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan EditInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Failures of one kind (type, model, reason) that come within this time of each other are one message, counted. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan FailureGap { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A group that fires the third time within this time goes on and off. Default 30 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan FlappingWithin { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Its single changes are not told for so long. Default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan FlappingMute { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>A critical alert that nobody took, silenced or saw end for so long is told in the chat's EscalateTo too. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan EscalateAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A message of severity info that could not be sent for so long is dropped. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan InfoExpiry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The same for warning. Critical never expires. Default 12 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan WarningExpiry { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Undelivered messages above which webhooks are answered 503, so that Alertmanager keeps them. 10 to 1,000,000, default 10,000.</summary>
    [Range(10, 1_000_000)]
    public int MaxBacklog { get; set; } = 10_000;

    /// <summary>Webhooks being taken at once; more are answered 503. 1 to 10,000, default 64.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrentWebhooks { get; set; } = 64;

    /// <summary>Largest webhook body, in bytes. 1,000 to 100,000,000, default 4,194,304: 500 alerts with long texts.</summary>
    [Range(1_000, 100_000_000)]
    public int MaxWebhookBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Alerts of one webhook that are kept; those above are counted as "and N more". 1 to 10,000, default 500.</summary>
    [Range(1, 10_000)]
    public int MaxAlerts { get; set; } = 500;

    /// <summary>What has ended is forgotten after this time. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);
}

/// <summary>The dead man's switch. Section <c>Heartbeat</c>.</summary>
public sealed class HeartbeatOptions
{
    public const string SectionName = "Heartbeat";

    /// <summary>True: the Watchdog alert is missed from the start. False: only after it came once, as in Standalone. Default true.</summary>
    public bool Expected { get; set; } = true;

    /// <summary>Silence after which monitoring counts as blind; also the grace after a start. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MissingAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often that is said again. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan RepeatEvery { get; set; } = TimeSpan.FromHours(1);
}
