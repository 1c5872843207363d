using System.ComponentModel.DataAnnotations;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>How catalogue photos are embedded and given to workers. Section <c>Catalogue</c>.</summary>
public sealed class CatalogueOptions
{
    public const string SectionName = "Catalogue";

    /// <summary>Catalogue photos of one model that may be in its bulk queue at once; the rest waits in the database. 1 to 100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int Window { get; set; } = 1_000;

    /// <summary>How often it is looked for changes that nobody has told of, such as those of another API. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan PublishInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many deltas a head may name before they are merged, or become part of a new base. 1 to 1,000, default 32.</summary>
    [Range(1, 1_000)]
    public int MaxDeltas { get; set; } = 32;

    /// <summary>How long a file stays after the last head that named it: longer than a worker needs to read a base. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "30.00:00:00")]
    public TimeSpan KeepSegments { get; set; } = TimeSpan.FromHours(1);
}
