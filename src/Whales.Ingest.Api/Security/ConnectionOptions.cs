using System.ComponentModel.DataAnnotations;

namespace Whales.Ingest.Api.Security;

/// <summary>What a connection may cost before and around a request's photo. Section <c>Connections</c>.</summary>
public sealed class ConnectionOptions
{
    public const string SectionName = "Connections";

    /// <summary>A request's headers must have come wholly within this time: 1 second to 10 minutes; default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection without a request is closed after this time: 1 second to 1 hour; default 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The most headers of a request: 10 to 1,000; default 64.</summary>
    [Range(10, 1_000)]
    public int MaxHeaders { get; set; } = 64;

    /// <summary>All headers of a request together, in bytes: 4,096 to 1,048,576; default 16,384.</summary>
    [Range(4_096, 1_048_576)]
    public int MaxHeaderBytes { get; set; } = 16_384;

    /// <summary>Largest body of a request that carries no photo, in bytes: 1,000 to 100,000,000; default 1,000,000.</summary>
    [Range(1_000, 100_000_000)]
    public long MaxBodyBytes { get; set; } = 1_000_000;

    /// <summary>A client that reads its answer more slowly than this is cut off, in bytes a second: 0 (never) to 1,000,000,000; default 240.</summary>
    [Range(0, 1_000_000_000)]
    public int MinDownloadBytesPerSecond { get; set; } = 240;

    /// <summary>How long a client may be slower than the least speeds of up- and download: 1.1 seconds to 10 minutes; default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01.1", "00:10:00")]
    public TimeSpan SlowGrace { get; set; } = TimeSpan.FromSeconds(10);
}
