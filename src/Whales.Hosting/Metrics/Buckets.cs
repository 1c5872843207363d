namespace Whales.Hosting.Metrics;

/// <summary>Histogram bounds that several metrics share, so that panels may put them side by side. Upper bounds, inclusive.</summary>
public static class Buckets
{
    /// <summary>Seconds: short calls over a network.</summary>
    public static IReadOnlyList<double> Http { get; } = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    /// <summary>Seconds: one run of a network and the other stages of a photo; from a GPU's milliseconds to half a minute on an old CPU.</summary>
    public static IReadOnlyList<double> Inference { get; } = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];

    /// <summary>Seconds: waiting, up to an hour.</summary>
    public static IReadOnlyList<double> Wait { get; } = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

    /// <summary>Photos in a batch.</summary>
    public static IReadOnlyList<double> Batch { get; } = [1, 2, 4, 8, 16, 32, 64];

    /// <summary>Bytes: 32 KiB, doubled up to 64 MiB.</summary>
    public static IReadOnlyList<double> Size { get; } = [.. Enumerable.Range(15, 12).Select(power => (double)(1L << power))];

    /// <summary>Similarity, in steps of 0.05 up to 1.</summary>
    public static IReadOnlyList<double> Score { get; } = [.. Enumerable.Range(1, 20).Select(step => Math.Round(step * 0.05, 2))];
}
