using System.ComponentModel.DataAnnotations;

namespace Whales.Ingest.Api.Outbox;

/// <summary>How accepted photos are handed to the broker. Section <c>Relay</c>.</summary>
public sealed class RelayOptions
{
    public const string SectionName = "Relay";

    /// <summary>Sends of each lane that may wait for their confirm at once. 1 to 4,096, default 256.</summary>
    [Range(1, 4096)]
    public int Window { get; set; } = 256;

    /// <summary>How long one relay keeps a row to itself; after that, or after a crash, another may send it. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often rows are looked for that nobody sends. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan ScanInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long confirmed sends are gathered before they are noted. A lost note costs one harmless second send. Default 0.5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan NoteInterval { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// When photos wait to be sent and the broker has confirmed none for so long, it counts as stalled: blocked by an alarm, silent or away.
    /// Default 0.75 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan StallAfter { get; set; } = TimeSpan.FromSeconds(0.75);

    /// <summary>
    /// When a model's queue has been empty for so long, photos that were sent as long ago and have no outcome were lost with it (deleted, purged,
    /// restored from an older backup) and are sent again. Longer than a worker may hold a photo. Default 2 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ResendAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// When a model has had neither a folder nor a worker for so long, photos that wait for it fail as model_unavailable. Counted from the
    /// API's start. A model that has its folder, broken or not, is waited for. Default 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan ModelGoneAfter { get; set; } = TimeSpan.FromHours(1);
}
