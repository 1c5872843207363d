namespace Whales.Worker.Batching;

/// <summary>How a batcher works; set by the code that owns it, from the model's manifest and the warm-up's measurements.</summary>
internal sealed record BatcherOptions
{
    /// <summary>The most items of one run; at least 1.</summary>
    public required int MaxBatchSize { get; init; }

    /// <summary>Runs side by side, each on a thread of its own; at least 1.</summary>
    public required int Sessions { get; init; }

    /// <summary>How long an item may wait for company while a session is free. Default zero: never.</summary>
    public TimeSpan MaxDelay { get; init; }

    /// <summary>Items of each lane in the queue before callers wait for room. Default: two full batches for each session.</summary>
    public int? Capacity { get; init; }

    /// <summary>Bulk items' share of the places in batches while interactive ones wait too, 0 to 1. Default 0.2.</summary>
    public double BulkShare { get; init; } = 0.2;

    /// <summary>How far the threads that run batches step back for all others, 0 (not at all) to 19; see <see cref="ComputeThread"/>.</summary>
    public int Niceness { get; init; }

    /// <summary>Prefix of the threads' names, for debuggers and dumps.</summary>
    public string Name { get; init; } = "batcher";
}
