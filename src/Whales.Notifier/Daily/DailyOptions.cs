using System.ComponentModel.DataAnnotations;

namespace Whales.Notifier.Daily;

/// <summary>The message that sums up the day, in chats that have a DailyAt. Section <c>Daily</c>.</summary>
public sealed class DailyOptions
{
    public const string SectionName = "Daily";

    /// <summary>Where the notifier reaches Prometheus, such as <c>http://127.0.0.1:9090</c>. Without it the message says that the models' figures are not known.</summary>
    public Uri? PrometheusUrl { get; set; }

    /// <summary>How long one answer of Prometheus may take. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>After a time without a notifier the day is still told when it is no later than this; else it is left out. Default 6 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "23:00:00")]
    public TimeSpan AtMostLate { get; set; } = TimeSpan.FromHours(6);
}
