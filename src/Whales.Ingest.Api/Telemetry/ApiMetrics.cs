using System.Diagnostics.Metrics;
using Whales.Contracts;
using Whales.Hosting.Metrics;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Telemetry;

/// <summary>
/// What the API measures. Models become label values only through <see cref="DeclareModels"/>; others count as <c>other</c>.
/// Nothing here allocates for a photo.
/// </summary>
public sealed class ApiMetrics
{
    private readonly KnownSeries _known;
    private readonly TimeProvider _time;
    private readonly LabelWords _models = new([]);
    private readonly LabelWords _reasons = new(RejectionReasons);
    private readonly Counter<long> _requests;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _results;
    private readonly Histogram<double> _uploads;
    private readonly Histogram<double> _publish;
    private readonly Histogram<double> _endToEnd;
    private volatile Waiting _waiting = new([], 0);

    public ApiMetrics(IMeterFactory factory, KnownSeries known, TimeProvider time)
    {
        _known = known;
        _time = time;
        var meter = factory.Create(MeterNames.Api);
        _requests = meter.CreateCounter<long>("whales.api.requests", "{photo}", "Photos accepted for identification.");
        _rejected = meter.CreateCounter<long>("whales.api.rejected", "{photo}", "Requests refused, by the code of their answer.");
        _results = meter.CreateCounter<long>("whales.results", "{photo}", "Identifications that ended.");
        _uploads = meter.CreateHistogram("whales.upload", "By", "Size of accepted photos.", advice: Bounds(Buckets.Size));
        _publish = meter.CreateHistogram("whales.publish.duration", "s", "From sending a photo's command to the broker's answer.", advice: Bounds(Buckets.Http));
        _endToEnd = meter.CreateHistogram("whales.end_to_end.duration", "s", "From accepting a photo to its stored result.", advice: Bounds(Buckets.Wait));
        meter.CreateObservableGauge("whales.outbox.pending", () => _waiting.Unsent, "{photo}", "Photos stored and not yet confirmed by the broker.");
        meter.CreateObservableGauge("whales.jobs.pending", () => PerModel(CountOf), "{photo}", "Photos accepted and not yet finished.");
        meter.CreateObservableGauge("whales.jobs.oldest_pending", () => PerModel(AgeOf), "s", "Age of the oldest unfinished photo; 0 when there is none.");

        known.Add(_uploads);
        foreach (var reason in RejectionReasons)
            known.Add(_rejected, Tag("reason", reason));
    }

    /// <summary>Codes of the answers that refuse a photo.</summary>
    public static IReadOnlyList<string> RejectionReasons { get; } =
    [
        ErrorCodes.EmptyFile, ErrorCodes.MalformedRequest, ErrorCodes.UnknownModel, ErrorCodes.TooLarge, ErrorCodes.UnsupportedMedia,
        ErrorCodes.RequestTimeout, ErrorCodes.IdempotencyMismatch, ErrorCodes.IdempotencyInProgress, ErrorCodes.QueueFull, ErrorCodes.Forbidden, ErrorCodes.Unavailable,
        ErrorCodes.InternalError, ErrorCodes.RateLimited, ErrorCodes.Unauthorized,
    ];

    /// <summary>Makes these models label values and puts all their series on the page. Again is harmless.</summary>
    public void DeclareModels(IEnumerable<string> models)
    {
        foreach (var model in models)
        {
            if (!_models.Add(model))
                continue;
            var tag = Tag("model", model);
            _known.Add(_requests, tag);
            foreach (var outcome in ApiOutcomes.Results)
            {
                _known.Add(_results, tag, Tag("outcome", outcome));
                _known.Add(_endToEnd, tag, Tag("outcome", outcome));
            }

            foreach (var outcome in ApiOutcomes.Publishes)
                _known.Add(_publish, tag, Tag("outcome", outcome));
        }
    }

    /// <summary>A photo was answered with 202 (or its result).</summary>
    public void Accepted(string model, long bytes)
    {
        _requests.Add(1, Tag("model", _models.Of(model)));
        _uploads.Record(bytes);
    }

    /// <summary>A request for identification was refused.</summary>
    /// <param name="reason">The code of the answer, see <see cref="ErrorCodes"/>.</param>
    public void Rejected(string reason) => _rejected.Add(1, Tag("reason", _reasons.Of(reason)));

    /// <summary>The broker has answered one command, or has not in time.</summary>
    public void Published(string model, PublishOutcome outcome, double seconds) =>
        _publish.Record(seconds, Tag("model", _models.Of(model)), Tag("outcome", ApiOutcomes.Of(outcome)));

    /// <summary>An attempt became final.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="status">Any but queued.</param>
    /// <param name="decision">The model's answer, where <paramref name="status"/> is succeeded.</param>
    /// <param name="seconds">From acceptance to now.</param>
    public void Finished(string model, IdentificationStatus status, Decision? decision, double seconds)
    {
        var modelTag = Tag("model", _models.Of(model));
        var outcomeTag = Tag("outcome", ApiOutcomes.Of(status, decision));
        _results.Add(1, modelTag, outcomeTag);
        _endToEnd.Record(Math.Max(0, seconds), modelTag, outcomeTag);
    }

    /// <summary>What the job table said when it was last asked; ages go on growing until it is asked again.</summary>
    /// <param name="waiting">Models that are missing have nothing waiting.</param>
    /// <param name="unsent">Rows that the broker has not confirmed.</param>
    public void SetWaiting(IReadOnlyList<WaitingCount> waiting, long unsent) => _waiting = new Waiting(waiting, unsent);

    private Measurement<T>[] PerModel<T>(Func<IEnumerable<WaitingCount>, T> value)
        where T : struct
    {
        var waiting = _waiting.Counts;
        return [.. _models.All.Select(model => new Measurement<T>(value(waiting.Where(count => count.Model == model)), Tag("model", model)))];
    }

    private static long CountOf(IEnumerable<WaitingCount> ofModel) => ofModel.Sum(count => (long)count.Count);

    private double AgeOf(IEnumerable<WaitingCount> ofModel) =>
        ofModel.Where(count => count.Count > 0).Select(count => (_time.GetUtcNow() - count.OldestQueuedAt).TotalSeconds).DefaultIfEmpty().Max() is var age and > 0 ? age : 0;

    private static InstrumentAdvice<double> Bounds(IReadOnlyList<double> bounds) => new() { HistogramBucketBoundaries = bounds };

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);

    private sealed record Waiting(IReadOnlyList<WaitingCount> Counts, long Unsent);
}
