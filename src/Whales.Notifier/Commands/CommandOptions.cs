using System.ComponentModel.DataAnnotations;

namespace Whales.Notifier.Commands;

/// <summary>What commands may ask. Section <c>Commands</c>.</summary>
public sealed class CommandOptions
{
    public const string SectionName = "Commands";

    /// <summary>The ingest API that /status and /queues ask, such as <c>http://127.0.0.1:8000</c>. Without it they say so.</summary>
    public Uri? ApiUrl { get; set; }

    /// <summary>A key of that API (header X-Api-Key) that may read its models. Default none.</summary>
    public string? ApiKey { get; set; }

    /// <summary>How long the API may take to answer. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether /id answers people who are not on the list: how one finds the ids to put there. Default true.</summary>
    public bool IdForEveryone { get; set; } = true;

    /// <summary>Longest /mute. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan MaxMute { get; set; } = TimeSpan.FromDays(7);
}
