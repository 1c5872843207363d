using System.ComponentModel.DataAnnotations;

namespace Whales.Ingest.Api.Identifications;

/// <summary>What the HTTP surface accepts. Section <c>Ingest</c>.</summary>
public sealed class IngestOptions
{
    public const string SectionName = "Ingest";

    /// <summary>Largest photo, in bytes: 1,000 to 2,000,000,000; default 50,000,000.</summary>
    [Range(1_000, 2_000_000_000)]
    public long MaxPhotoBytes { get; set; } = 50_000_000;

    /// <summary>Largest photo, in pixels (width times height): 1,000 to 1,000,000,000; default 100,000,000.</summary>
    [Range(1_000, 1_000_000_000)]
    public long MaxPhotoPixels { get; set; } = 100_000_000;

    /// <summary>Longest <c>expiresIn</c>: 1 second to 365 days; default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan MaxExpiresIn { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// A photo must have come wholly within this time: 1 second to 1 day; default 10 minutes.
    /// An idempotency key whose upload is older is free again.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A body that comes more slowly than this for <c>Connections:SlowGrace</c> is given up, in bytes a second: 0 (never) to 1,000,000,000; default 1,000.</summary>
    [Range(0, 1_000_000_000)]
    public int MinUploadBytesPerSecond { get; set; } = 1_000;

    /// <summary>
    /// Single photos of one model that may wait: 1 to 1,000,000; default 5,000. Beyond, POST answers 429 <c>queue_full</c> before it reads the photo.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxWaiting { get; set; } = 5_000;

    /// <summary>Photos of batches of one model that may wait: 1 to 10,000,000; default 50,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxWaitingBulk { get; set; } = 50_000;

    /// <summary>
    /// A long poll looks into the store at least this often, whether or not it was told of a change: 0.1 seconds to 1 minute; default 2 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan PollRefresh { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Host names that are answered besides localhost, 127.0.0.1 and [::1] while there are no keys. Default: none.</summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>Origins (<c>https://whales.example</c>) of pages that may send requests besides our own: while there are no keys, and with a session's cookie. Default: none.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];
}
