namespace Whales.Contracts;

/// <summary>Where the time of one photo went, in milliseconds.</summary>
public sealed record Timings
{
    /// <summary>From acceptance to the start of work on a worker.</summary>
    public double QueueMs { get; init; }

    /// <summary>Fetch, decode, orient, crop, resize, normalise.</summary>
    public double PreprocessMs { get; init; }

    /// <summary>From ready tensor to the start of its batch.</summary>
    public double BatchWaitMs { get; init; }

    /// <summary>One run of the network over the whole batch.</summary>
    public double InferenceMs { get; init; }

    /// <summary>Match of the whole batch against the catalogue.</summary>
    public double MatchMs { get; init; }

    /// <summary>From acceptance to the stored result.</summary>
    public double TotalMs { get; init; }

    /// <summary>Photos in the batch that this one ran in.</summary>
    public int BatchSize { get; init; }
}
