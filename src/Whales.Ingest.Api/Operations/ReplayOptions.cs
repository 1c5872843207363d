using System.ComponentModel.DataAnnotations;

namespace Whales.Ingest.Api.Operations;

/// <summary>How fast failed photos are sent round again when many are asked for at once. Section <c>Replay</c>.</summary>
public sealed class ReplayOptions
{
    public const string SectionName = "Replay";

    /// <summary>Photos a second that replays of many put back into their queues, in each API process, all requests together: 1 to 10,000; default 100.</summary>
    [Range(1, 10_000)]
    public int PhotosPerSecond { get; set; } = 100;

    /// <summary>How long one request for many may go on, before it answers with what it has done and <c>more</c>: 1 s to 10 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RequestTime { get; set; } = TimeSpan.FromSeconds(10);
}
