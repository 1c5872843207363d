using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Whales.Hosting.Metrics;

/// <summary>
/// Series that are on the metrics page with value 0 before anything was measured: <c>rate()</c> cannot see the first failure of a
/// series that appears with it. The page writes these zeros itself, because an SDK histogram has no series without a measurement.
/// </summary>
public sealed class KnownSeries
{
    // Where the SDK puts a histogram without advice.
    private static readonly double[] DefaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    private readonly ConcurrentQueue<Entry> _added = new();

    /// <summary>Declares one series of a counter, up-down counter or histogram.</summary>
    public void Add<T>(Instrument<T> instrument, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
    {
        var kind = instrument switch
        {
            Counter<T> => MetricKind.Counter,
            Histogram<T> => MetricKind.Histogram,
            _ => MetricKind.Gauge,
        };
        var bounds = instrument.Advice?.HistogramBucketBoundaries is { } advised
            ? [.. advised.Select(bound => Convert.ToDouble(bound, CultureInfo.InvariantCulture))]
            : DefaultBounds;

        // The SDK sorts a point's tags by key; the same order here makes both texts equal.
        var sorted = tags.ToArray();
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        using var labels = new ExpositionBuffer(256);
        var first = true;
        foreach (var tag in sorted)
        {
            labels.WriteLabel(tag, first);
            first = false;
        }

        _added.Enqueue(new Entry(instrument, kind, labels.Written.ToArray(), bounds));
    }

    internal bool TryTake(out Entry entry) => _added.TryDequeue(out entry);

    internal readonly record struct Entry(Instrument Instrument, MetricKind Kind, byte[] Labels, double[] Bounds);
}
