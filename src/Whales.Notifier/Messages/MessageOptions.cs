using System.ComponentModel.DataAnnotations;

namespace Whales.Notifier.Messages;

/// <summary>What messages show and where their links go. Section <c>Messages</c>.</summary>
public sealed class MessageOptions
{
    public const string SectionName = "Messages";

    /// <summary>Where people reach Grafana, such as <c>https://grafana.example</c>. Without it messages have no dashboard link.</summary>
    public Uri? GrafanaUrl { get; set; }

    /// <summary>Where people reach Alertmanager. Default: the address that it gives itself (externalURL).</summary>
    public Uri? AlertmanagerUrl { get; set; }

    /// <summary>Where people reach Prometheus: replaces the host of the alerts' own links. Default: those links as they are.</summary>
    public Uri? PrometheusUrl { get; set; }

    /// <summary>Alerts of a group that a message lists before "and N more". 1 to 50, default 10.</summary>
    [Range(1, 50)]
    public int MaxAlerts { get; set; } = 10;

    /// <summary>
    /// Folder with the operator's own phrases, en.txt and ru.txt; what they do not say, and files that are not there, are the product's.
    /// Default: none, all phrases are the product's.
    /// </summary>
    public string? WordingFolder { get; set; }

    /// <summary>How often that folder is looked at for changes. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan WordingInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the undo button of a silence stays. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan UndoFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Buttons older than this are refused. Default 8 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan ButtonsFor { get; set; } = TimeSpan.FromHours(8);
}
