using System.ComponentModel.DataAnnotations;

namespace Whales.Notifier.Silences;

/// <summary>The Alertmanager that buttons and commands ask. Section <c>Alertmanager</c>.</summary>
public sealed class AlertmanagerOptions
{
    public const string SectionName = "Alertmanager";

    /// <summary>Where the notifier reaches it, such as <c>http://127.0.0.1:9093</c>. Without it messages have no silence buttons, and /alerts tells what the notifier remembers.</summary>
    public Uri? Url { get; set; }

    /// <summary>How long one answer may take. A person waits for it. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);
}
