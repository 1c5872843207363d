using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Whales.Contracts;
using Whales.Hosting.Metrics;

namespace Whales.Worker.Telemetry;

/// <summary>
/// What a worker host measures. Models become label values only through <see cref="DeclareModels"/>; others count as <c>other</c>.
/// Nothing here allocates for a photo or a batch.
/// </summary>
public sealed class WorkerMetrics
{
    private static readonly string[] Outcomes = ["succeeded", "failed", "canceled", "expired", "poisonous", "returned"];
    private static readonly string[] Stages = ["fetch", "decode", "batch_wait", "inference", "match", "publish"];
    private static readonly string[] Reasons = [FailureCodes.CorruptedImage, ErrorCodes.UnsupportedMedia, ErrorCodes.TooLarge];
    private static readonly string[] RetryReasons = ["image_store", "broker", "redelivered"];
    private static readonly string[] LoadOutcomes = ["succeeded", "failed"];

    private readonly ConcurrentDictionary<string, ModelSeries> _models = new(StringComparer.Ordinal);
    private readonly ModelSeries _other;
    private readonly LabelWords _reasons = new(Reasons);
    private readonly LabelWords _providers = new(["cuda", "tensorrt", "cpu"]);
    private readonly KnownSeries _known;
    private readonly TimeProvider _time;
    private readonly Counter<long> _jobs;
    private readonly Counter<long> _decodeErrors;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _loads;
    private readonly UpDownCounter<long> _inProgress;
    private readonly Histogram<double> _queueWait;
    private readonly Histogram<double> _stage;
    private readonly Histogram<double> _inference;
    private readonly Histogram<double> _batchSize;
    private readonly Histogram<double> _score;

    public WorkerMetrics(IMeterFactory factory, KnownSeries known, TimeProvider time)
    {
        _known = known;
        _time = time;
        _other = new ModelSeries(LabelWords.Other, time);
        var meter = factory.Create(MeterNames.Worker);
        _jobs = meter.CreateCounter<long>("whales.worker.jobs", "{photo}", "Photos that this worker is done with.");
        _decodeErrors = meter.CreateCounter<long>("whales.decode.errors", "{photo}", "Photos that could not be decoded.");
        _retries = meter.CreateCounter<long>("whales.retries", "{attempt}", "Attempts after the first: of a photo's fetch, of the publishing of its outcome, or of the whole photo.");
        _loads = meter.CreateCounter<long>("whales.model.loads", "{load}", "Times that a model was loaded and warmed up, or could not be.");
        _inProgress = meter.CreateUpDownCounter<long>("whales.jobs.in_progress", "{photo}", "Photos taken from the queue and not yet done with.");
        _queueWait = meter.CreateHistogram("whales.queue.wait", "s", "From acceptance of a photo to the start of work on it.", advice: Bounds(Buckets.Wait));
        _stage = meter.CreateHistogram("whales.stage.duration", "s", "Time that a photo spent in a stage.", advice: Bounds(Buckets.Inference));
        _inference = meter.CreateHistogram("whales.inference.duration", "s", "One run of the network over a whole batch.", advice: Bounds(Buckets.Inference));
        _batchSize = meter.CreateHistogram("whales.inference.batch_size", "{photo}", "Photos in one run of the network.", advice: Bounds(Buckets.Batch));
        _score = meter.CreateHistogram("whales.match.score", "1", "Similarity of the best candidate: drift of a model shows here first.", advice: Bounds(Buckets.Score));

        Gauge(meter, "whales.api.model_loaded", null, "1 while this worker serves the model, else 0.", static model => model.IsLoaded ? 1 : 0);
        Gauge(meter, "whales.api.inference_time", "s", "Mean run of the network in the last 5 minutes; 0 when idle.", static model => model.Inference.Mean());
        Gauge(meter, "whales.api.error_rate", "1", "Failed among finished photos in the last 5 minutes, 0 to 1; 0 when idle.", static model => model.Errors.Mean());
        Gauge(meter, "whales.worker.last_success.timestamp", "s", "Unix time of the last answer; 0 before the first.", static model => model.LastSuccess / 1000.0);
        Gauge(meter, "whales.model.load.duration", "s", "How long the last load took, with its warm-up; 0 before the first.", static model => model.LoadSeconds);
        meter.CreateObservableGauge(
            "whales.model.inference.threshold", () => _models.Values.SelectMany(static model => model.Thresholds), "s", "Mean run of the network from which operators are told, from model.json.");
        meter.CreateObservableGauge("whales.model.info", () => _models.Values.SelectMany(static model => model.Info()), null, "Always 1; the labels say what runs.");
        foreach (var reason in Reasons)
            known.Add(_decodeErrors, Tag("reason", reason));
    }

    /// <summary>Makes these models label values and puts all their series on the page. Again is harmless.</summary>
    public void DeclareModels(IEnumerable<string> models)
    {
        foreach (var model in models)
        {
            var series = new ModelSeries(model, _time);
            if (!_models.TryAdd(model, series))
                continue;
            _known.Add(_inProgress, series.Tag);
            _known.Add(_queueWait, series.Tag);
            _known.Add(_batchSize, series.Tag);
            _known.Add(_score, series.Tag);
            foreach (var reason in RetryReasons)
                _known.Add(_retries, series.Tag, Tag("reason", reason));
            foreach (var outcome in LoadOutcomes)
                _known.Add(_loads, series.Tag, Tag("outcome", outcome));
            foreach (var outcome in Outcomes)
                _known.Add(_jobs, series.Tag, Tag("outcome", outcome));
            foreach (var stage in Stages)
                _known.Add(_stage, series.Tag, Tag("stage", stage));
        }
    }

    /// <summary>Seconds of a mean run from which the alerts on a declared model warn and call.</summary>
    public void DeclareThresholds(string model, double warningSeconds, double criticalSeconds) => Of(model).SetThresholds(warningSeconds, criticalSeconds);

    /// <summary>The model is warm and serves.</summary>
    public void ModelLoaded(string model, LoadedModel loaded)
    {
        var series = Of(model);
        _loads.Add(1, series.Tag, Tag("outcome", "succeeded"));
        series.Loaded(loaded, _providers.Of(loaded.ExecutionProvider));
        _known.Add(_inference, series.Tag, series.ProviderTag);
    }

    /// <summary>The model no longer serves.</summary>
    public void ModelUnloaded(string model) => Of(model).Unloaded();

    /// <summary>The model could not be loaded.</summary>
    public void ModelLoadFailed(string model)
    {
        var series = Of(model);
        series.Unloaded();
        _loads.Add(1, series.Tag, Tag("outcome", "failed"));
    }

    /// <summary>Something about a photo is tried again.</summary>
    public void Retried(string model, RetryReason reason) => _retries.Add(1, Of(model).Tag, Tag("reason", RetryReasons[(int)reason]));

    /// <summary>Work on a photo begins; <see cref="PhotoFinished"/> must follow once, whatever happens.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="queueWaitSeconds">Since its acceptance; below 0 (clocks out of step) counts as 0.</param>
    public void PhotoStarted(string model, double queueWaitSeconds)
    {
        var series = Of(model);
        _inProgress.Add(1, series.Tag);
        _queueWait.Record(Math.Max(0, queueWaitSeconds), series.Tag);
    }

    /// <summary>The worker is done with a photo.</summary>
    public void PhotoFinished(string model, PhotoOutcome outcome, in PhotoTimings timings)
    {
        var series = Of(model);
        _inProgress.Add(-1, series.Tag);
        _jobs.Add(1, series.Tag, Tag("outcome", Outcomes[(int)outcome]));
        if (outcome == PhotoOutcome.Succeeded)
            series.LastSuccess = _time.GetUtcNow().ToUnixTimeMilliseconds();

        // The others say nothing about the model.
        if (outcome is PhotoOutcome.Succeeded or PhotoOutcome.Failed or PhotoOutcome.Poisonous)
            series.Errors.Add(outcome == PhotoOutcome.Succeeded ? 0 : 1);
        Stage(series, "fetch", timings.Fetch);
        Stage(series, "decode", timings.Decode);
        Stage(series, "batch_wait", timings.BatchWait);
        Stage(series, "inference", timings.Inference);
        Stage(series, "match", timings.Match);
        Stage(series, "publish", timings.Publish);
    }

    /// <summary>The network ran once over <paramref name="size"/> photos.</summary>
    public void BatchRan(string model, int size, double seconds)
    {
        var series = Of(model);
        _inference.Record(seconds, series.Tag, series.ProviderTag);
        _batchSize.Record(size, series.Tag);
        series.Inference.Add(seconds);
    }

    /// <summary>The best candidate of one photo; unlike and opposite count as 0.</summary>
    public void Matched(string model, float score)
    {
        if (float.IsFinite(score))
            _score.Record(Math.Max(0, score), Of(model).Tag);
    }

    /// <summary>A photo could not be decoded.</summary>
    /// <param name="reason">corrupted_image, unsupported_media or too_large.</param>
    public void DecodeFailed(string reason) => _decodeErrors.Add(1, Tag("reason", _reasons.Of(reason)));

    private ModelSeries Of(string model) => _models.TryGetValue(model, out var series) ? series : _other;

    private void Stage(ModelSeries series, string stage, double? seconds)
    {
        if (seconds is { } value)
            _stage.Record(Math.Max(0, value), series.Tag, Tag("stage", stage));
    }

    private void Gauge(Meter meter, string name, string? unit, string description, Func<ModelSeries, double> value) =>
        meter.CreateObservableGauge(name, () => _models.Values.Select(model => new Measurement<double>(value(model), model.Tag)), unit, description);

    private static InstrumentAdvice<double> Bounds(IReadOnlyList<double> bounds) => new() { HistogramBucketBoundaries = bounds };

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);
}
