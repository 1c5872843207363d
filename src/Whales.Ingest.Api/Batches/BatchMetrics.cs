using System.Diagnostics.Metrics;
using Whales.Contracts;
using Whales.Hosting.Metrics;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Batches;

/// <summary>What the API measures of batches. Their photos count among all accepted photos too.</summary>
public sealed class BatchMetrics
{
    private readonly ApiMetrics _photos;
    private readonly Counter<long> _batches;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _expansion;

    public BatchMetrics(IMeterFactory factory, KnownSeries known, ApiMetrics photos)
    {
        _photos = photos;
        var meter = factory.Create(MeterNames.Api);
        _batches = meter.CreateCounter<long>("whales.batches", "{batch}", "Batches accepted.");
        _rejected = meter.CreateCounter<long>("whales.batch.rejected", "{file}", "Files that an accepted batch refused, by reason.");
        _expansion = meter.CreateHistogram(
            "whales.batch.expansion.duration", "s", "Unpacking, checking and storing the photos of a batch.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets.Wait });
        known.Add(_batches);
        known.Add(_expansion);
        foreach (var code in RejectionCodes.All)
            known.Add(_rejected, Reason(code));
    }

    internal void Expanded(double seconds) => _expansion.Record(seconds);

    internal void Accepted(BatchRow batch, IReadOnlyList<BatchPhoto> photos)
    {
        _batches.Add(1);
        foreach (var photo in photos)
            _photos.Accepted(batch.Model, photo.Bytes);
        foreach (var entry in batch.Rejected ?? [])
            _rejected.Add(1, Reason(entry.Code));
    }

    private static KeyValuePair<string, object?> Reason(string code) => new("reason", code);
}
