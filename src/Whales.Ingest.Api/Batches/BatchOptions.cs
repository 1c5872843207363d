using System.ComponentModel.DataAnnotations;

namespace Whales.Ingest.Api.Batches;

/// <summary>What a batch may be. Section <c>Batches</c>. The limits of a single photo are those of section <c>Ingest</c>.</summary>
public sealed class BatchOptions
{
    public const string SectionName = "Batches";

    /// <summary>Largest request, in bytes: 1,000,000 to 10,000,000,000,000; default 50,000,000,000.</summary>
    [Range(1_000_000, 10_000_000_000_000)]
    public long MaxBytes { get; set; } = 50_000_000_000;

    /// <summary>Most files of one request, ZIP entries included, whatever they are: 1 to 100,000; default 20,000.</summary>
    [Range(1, 100_000)]
    public int MaxFiles { get; set; } = 20_000;

    /// <summary>What all entries of a ZIP may have unpacked, in bytes: 1,000,000 to 10,000,000,000,000; default 100,000,000,000.</summary>
    [Range(1_000_000, 10_000_000_000_000)]
    public long MaxExpandedBytes { get; set; } = 100_000_000_000;

    /// <summary>
    /// How many times its packed size a ZIP, or one entry of it, may have unpacked; asked of more than a mebibyte: 2 to 1,100; default 100.
    /// Photos are packed already: theirs is about 1.
    /// </summary>
    [Range(2, 1_100)]
    public int MaxExpansionRatio { get; set; } = 100;

    /// <summary>The request must have come wholly within this time: 1 second to 7 days; default 12 hours. <c>Ingest:MinUploadBytesPerSecond</c> holds too.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromHours(12);

    /// <summary>
    /// The photos must be unpacked and stored within this time: 1 second to 45 minutes; default 30 minutes. Photos that have waited for an
    /// hour without a row are taken for leftovers and removed.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:45:00")]
    public TimeSpan ExpansionTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Photos of one batch that are unpacked or on their way to the disk at once: 1 to 64; default 16.</summary>
    [Range(1, 64)]
    public int Parallel { get; set; } = 16;

    /// <summary>Requests are refused while the disk of the spool folder has less than this free, in bytes: 0 to 10,000,000,000,000; default 1,000,000,000.</summary>
    [Range(0, 10_000_000_000_000)]
    public long MinFreeBytes { get; set; } = 1_000_000_000;

    /// <summary>
    /// Where requests lie while they are received and unpacked, relative to the content root; made when missing, emptied at start. Default: none,
    /// which means <c>spool</c> in <c>ImageStore:Folder</c>.
    /// </summary>
    public string? SpoolFolder { get; set; }

    /// <summary>How often the progress of a batch is counted while somebody waits for it: 0.05 seconds to 1 minute; default 0.5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A stream of events that has nothing to say sends a comment this often, so that nobody on the way closes it: 0.1 seconds to 10 minutes; default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);
}
