using System.Collections.Concurrent;
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
    private static readonly (Lane Lane, string Word)[] Lanes = [(Lane.Interactive, "interactive"), (Lane.Bulk, "bulk")];

    private readonly KnownSeries _known;
    private readonly TimeProvider _time;
    private readonly LabelWords _models = new([]);
    private readonly LabelWords _reasons = new(RejectionReasons);
    private readonly Counter<long> _requests;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _results;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _removed;
    private readonly Histogram<double> _uploads;
    private readonly Histogram<double> _publish;
    private readonly Histogram<double> _endToEnd;
    private readonly ConcurrentDictionary<string, Measurement<double>[]> _ageLimits = new(StringComparer.Ordinal);
    private volatile Waiting _waiting = new([], 0);
    private volatile Func<int> _waiters = static () => 0;
    private volatile Func<bool> _stalled = static () => false;

    public ApiMetrics(IMeterFactory factory, KnownSeries known, TimeProvider time)
    {
        _known = known;
        _time = time;
        var meter = factory.Create(MeterNames.Api);
        _requests = meter.CreateCounter<long>("whales.api.requests", "{photo}", "Photos accepted for identification.");
        _rejected = meter.CreateCounter<long>("whales.api.rejected", "{photo}", "Requests refused, by the code of their answer.");
        _results = meter.CreateCounter<long>("whales.results", "{photo}", "Identifications that ended.");
        _deadLetters = meter.CreateCounter<long>("whales.dead_letters", "{photo}", "Photos that the broker or a worker gave up, and that failed for it.");
        _removed = meter.CreateCounter<long>("whales.retention.removed", "{item}", "What was removed because it is older than it is kept.");
        _uploads = meter.CreateHistogram("whales.upload", "By", "Size of accepted photos.", advice: Bounds(Buckets.Size));
        _publish = meter.CreateHistogram("whales.publish.duration", "s", "From sending a photo's command to the broker's answer.", advice: Bounds(Buckets.Http));
        _endToEnd = meter.CreateHistogram("whales.end_to_end.duration", "s", "From accepting a photo to its stored result.", advice: Bounds(Buckets.Wait));
        meter.CreateObservableGauge("whales.outbox.pending", () => _waiting.Unsent, "{photo}", "Photos stored and not yet confirmed by the broker.");
        meter.CreateObservableGauge("whales.broker.stalled", () => _stalled() ? 1 : 0, null, "1 while photos wait to be sent and the broker confirms none, else 0.");
        meter.CreateObservableGauge("whales.jobs.pending", () => PerLane(CountOf), "{photo}", "Photos accepted and not yet finished.");
        meter.CreateObservableGauge("whales.jobs.oldest_pending", () => PerLane(AgeOf), "s", "Age of the oldest unfinished photo; 0 when there is none.");
        meter.CreateObservableGauge(
            "whales.model.queue_age.threshold", () => _ageLimits.Values.SelectMany(static limits => limits), "s", "Age of a waiting photo from which operators are told, from model.json.");
        meter.CreateObservableGauge("whales.result_stream.clients", () => _waiters(), "{identification}", "Identifications that clients wait for in an open request.");

        known.Add(_uploads);
        foreach (var reason in RejectionReasons)
            known.Add(_rejected, Tag("reason", reason));
        foreach (var kind in ApiOutcomes.RetentionKinds)
            known.Add(_removed, Tag("kind", kind));
    }

    /// <summary>Codes of the answers that refuse a photo.</summary>
    public static IReadOnlyList<string> RejectionReasons { get; } =
    [
        ErrorCodes.EmptyFile, ErrorCodes.MalformedRequest, ErrorCodes.UnknownModel, ErrorCodes.TooLarge, ErrorCodes.UnsupportedMedia,
        ErrorCodes.RequestTimeout, ErrorCodes.IdempotencyMismatch, ErrorCodes.IdempotencyInProgress, ErrorCodes.QueueFull, ErrorCodes.Forbidden, ErrorCodes.Unavailable,
        ErrorCodes.EmptyArchive, ErrorCodes.MalformedArchive, ErrorCodes.ArchiveMismatch, ErrorCodes.ArchiveBomb, ErrorCodes.UnsafePath, ErrorCodes.TooManyFiles,
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

            foreach (var reason in ApiOutcomes.DeadLetters)
                _known.Add(_deadLetters, tag, Tag("reason", reason));
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

    /// <summary>Retention has removed so many.</summary>
    public void Removed(RetentionKind kind, int count) => _removed.Add(count, Tag("kind", ApiOutcomes.RetentionKinds[(int)kind]));

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

    /// <summary>A photo came back from the broker's dead letters.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="byBroker">True: it was delivered too often. False: a worker could not handle the message.</param>
    public void DeadLettered(string model, bool byBroker) =>
        _deadLetters.Add(1, Tag("model", _models.Of(model)), Tag("reason", ApiOutcomes.DeadLetters[byBroker ? 0 : 1]));

    /// <summary>The ages from which the alerts on a declared model warn and call.</summary>
    public void DeclareAgeLimits(string model, double warningSeconds, double criticalSeconds)
    {
        var tag = Tag("model", _models.Of(model));
        _ageLimits[_models.Of(model)] = [new(warningSeconds, tag, Tag("severity", "warning")), new(criticalSeconds, tag, Tag("severity", "critical"))];
    }

    /// <summary>Who can say how many identifications are being waited for.</summary>
    public void ObserveWaiters(Func<int> count) => _waiters = count;

    /// <summary>Who can say whether the broker gets on.</summary>
    public void ObserveStall(Func<bool> isStalled) => _stalled = isStalled;

    /// <summary>What the job table said when it was last asked; ages go on growing until it is asked again.</summary>
    /// <param name="waiting">Models that are missing have nothing waiting.</param>
    /// <param name="unsent">Rows that the broker has not confirmed.</param>
    public void SetWaiting(IReadOnlyList<WaitingCount> waiting, long unsent) => _waiting = new Waiting(waiting, unsent);

    private Measurement<T>[] PerLane<T>(Func<IEnumerable<WaitingCount>, T> value)
        where T : struct
    {
        var waiting = _waiting.Counts;
        return
        [
            .. from model in _models.All
               from lane in Lanes
               select new Measurement<T>(value(waiting.Where(count => count.Model == model && count.Lane == lane.Lane)), Tag("model", model), Tag("lane", lane.Word)),
        ];
    }

    private static long CountOf(IEnumerable<WaitingCount> ofModel) => ofModel.Sum(count => (long)count.Count);

    private double AgeOf(IEnumerable<WaitingCount> ofModel) =>
        ofModel.Where(count => count.Count > 0).Select(count => (_time.GetUtcNow() - count.OldestQueuedAt).TotalSeconds).DefaultIfEmpty().Max() is var age and > 0 ? age : 0;

    private static InstrumentAdvice<double> Bounds(IReadOnlyList<double> bounds) => new() { HistogramBucketBoundaries = bounds };

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);

    private sealed record Waiting(IReadOnlyList<WaitingCount> Counts, long Unsent);
}
