using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Whales.Hosting.Metrics;

/// <summary>How long the image store and the database take to answer, as those who ask them see it.</summary>
public sealed class StoreMetrics
{
    private static readonly string[] Outcomes = ["ok", "failed"];

    private readonly Histogram<double> _duration;
    private readonly KnownSeries _known;
    private readonly HashSet<(string Store, string Operation)> _declared = [];

    public StoreMetrics(IMeterFactory factory, KnownSeries known)
    {
        _known = known;
        _duration = factory.Create(MeterNames.Stores).CreateHistogram(
            "whales.store.operation.duration", "s", "One operation of the image store or the database.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets.Http });
    }

    /// <summary>The image store: its series are on the page from now on, also where it is opened later.</summary>
    public StoreTimer OfImages() => Of("images", "read", "commit", "delete");

    /// <summary>A store of this host with its operations: all their series are on the page from now on. Again is harmless.</summary>
    public StoreTimer Of(string store, params ReadOnlySpan<string> operations)
    {
        foreach (var operation in operations)
        {
            lock (_declared)
            {
                if (!_declared.Add((store, operation)))
                    continue;
            }

            foreach (var outcome in Outcomes)
                _known.Add(_duration, new("store", store), new("operation", operation), new("outcome", outcome));
        }

        return new StoreTimer(_duration, store);
    }

    /// <summary>Measures one store.</summary>
    public sealed class StoreTimer(Histogram<double> duration, string store)
    {
        public async Task<T> MeasureAsync<T>(string operation, Func<Task<T>> work)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                var result = await work();
                Record(operation, Outcomes[0], started);
                return result;
            }
            catch (Exception exception)
            {
                // Who gives up waiting says nothing about the store.
                if (exception is not OperationCanceledException)
                    Record(operation, Outcomes[1], started);
                throw;
            }
        }

        private void Record(string operation, string outcome, long started) => duration.Record(
            Stopwatch.GetElapsedTime(started).TotalSeconds,
            new KeyValuePair<string, object?>("store", store), new KeyValuePair<string, object?>("operation", operation), new KeyValuePair<string, object?>("outcome", outcome));
    }
}
