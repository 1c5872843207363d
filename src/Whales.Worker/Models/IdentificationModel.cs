using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Whales.Contracts;
using Whales.Hosting.Models;
using Whales.Worker.Batching;
using Whales.Worker.Matching;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Models;

/// <summary>
/// A loaded model: photos in, animals out. Rent a tensor, write the photo into it, hand it to <see cref="PredictAsync"/>, and
/// dispose it afterwards whatever happened.
/// </summary>
internal sealed partial class IdentificationModel : IAsyncDisposable
{
    private readonly Network _network;
    private readonly IMatcher _matcher;
    private readonly PhotoTensorPool _pool;
    private readonly NetworkSession[] _sessions;
    private readonly DynamicBatcher<PhotoTensor, Answer> _batcher;
    private readonly Action<BatchReport>? _batchRan;

    private IdentificationModel(ModelManifest manifest, Network network, IMatcher matcher, RunPlan plan, InferenceOptions inference, TimeProvider time, Action<BatchReport>? batchRan)
    {
        (Manifest, _network, _matcher, _batchRan) = (manifest, network, matcher, batchRan);
        (BatchSize, Sessions, SecondsPerPhoto) = (plan.BatchSize, plan.Sessions, 1 / plan.PhotosPerSecond);
        // What runs, what waits for it and what is being decoded.
        _pool = new PhotoTensorPool(manifest.Input, 6 * plan.BatchSize * plan.Sessions);
        _sessions = [.. Enumerable.Range(0, plan.Sessions).Select(_ => new NetworkSession(network, plan.BatchSize))];
        var options = new BatcherOptions
        {
            MaxBatchSize = plan.BatchSize,
            Sessions = plan.Sessions,
            MaxDelay = TimeSpan.FromMilliseconds(manifest.Batch.MaxDelayMs),
            BulkShare = inference.BulkShare,
            // A thread that feeds a GPU computes nothing, and must not wait for a core.
            Niceness = network.ExecutionProvider == ExecutionProviders.Cpu ? inference.Niceness : 0,
            Name = manifest.Name,
        };
        _batcher = new DynamicBatcher<PhotoTensor, Answer>(options, Run, time);
    }

    public ModelManifest Manifest { get; }

    public string Version => Manifest.Version;

    public string CatalogueVersion => _matcher.CatalogueVersion;

    /// <summary>False for a classifier.</summary>
    public bool HasCatalogue => _matcher is CatalogueMatcher;

    /// <summary>The matcher whose catalogue may be replaced while it works; null for a classifier.</summary>
    public CatalogueMatcher? CatalogueMatcher => _matcher as CatalogueMatcher;

    /// <summary><c>cuda</c> or <c>cpu</c>.</summary>
    public string ExecutionProvider => _network.ExecutionProvider;

    /// <summary>Why a model that was to try CUDA runs on the CPU; null when it was not to, or does not.</summary>
    public string? WhyNotCuda => _network.WhyNotCuda;

    /// <summary>The most photos of one run.</summary>
    public int BatchSize { get; }

    /// <summary>Runs side by side.</summary>
    public int Sessions { get; }

    /// <summary>Seconds of this host's time for one photo, all sessions working; network alone, measured at warm-up.</summary>
    public double SecondsPerPhoto { get; }

    /// <summary>Photos that wait for a session.</summary>
    public int Waiting => _batcher.Waiting;

    /// <summary>Loads, checks and warms up the model in <paramref name="folder"/>.</summary>
    /// <param name="folder">With model.json, model.onnx and the catalogue or labels.</param>
    /// <param name="options">How to run.</param>
    /// <param name="logger">Told where the model runs, and how.</param>
    /// <param name="time">For waiting and expiry.</param>
    /// <param name="batchRan">Told of every run, on the session's thread; it must be quick and must not throw.</param>
    /// <param name="cancellationToken">Gives up loading.</param>
    /// <exception cref="ModelLoadException">The model cannot be served; the message says why.</exception>
    public static async Task<IdentificationModel> LoadAsync(
        string folder, InferenceOptions options, ILogger logger, TimeProvider time, Action<BatchReport>? batchRan = null, CancellationToken cancellationToken = default)
    {
        var manifest = ModelFiles.ReadManifest(folder);
        await ModelFiles.CheckHashAsync(folder, manifest, cancellationToken).ConfigureAwait(false);
        // Opening and measuring keep cores busy for seconds.
        return await Task.Run(() => Load(folder, manifest, options, logger, time, batchRan, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Memory for one photo.</summary>
    public PhotoTensor RentTensor() => _pool.Rent();

    /// <summary>Waits for a session, runs the photo in a batch, and names the animal.</summary>
    /// <param name="tensor">The photo. It may be disposed when this returns or throws, not before.</param>
    /// <param name="expiresAt">After it the photo is not worth a run.</param>
    /// <param name="lane">Bulk photos have a share of the batches while others wait.</param>
    /// <param name="cancellationToken">Looked at until the photo's batch is formed.</param>
    /// <exception cref="ItemExpiredException">Too late: the photo was not run.</exception>
    /// <exception cref="InferenceException">The network failed on this photo, also when it ran alone, or gave no number for it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: the photo was not run.</exception>
    public async ValueTask<Prediction> PredictAsync(
        PhotoTensor tensor, DateTimeOffset? expiresAt = null, Lane lane = Lane.Interactive, CancellationToken cancellationToken = default)
    {
        tensor.Trace = CurrentTrace();
        var batched = await _batcher.RunAsync(tensor, lane, expiresAt, cancellationToken).ConfigureAwait(false);
        var (ranking, cetaceanScore, inference, match, _, batch) = batched.Value;
        var candidates = ranking.Candidates!;
        return new Prediction
        {
            // Nobody is like a photo when the catalogue is empty.
            Decision = DecisionRule.Decide(candidates.Count == 0 ? float.NegativeInfinity : candidates[0].Score, cetaceanScore, Manifest.Thresholds),
            Candidates = candidates,
            CetaceanScore = cetaceanScore,
            CatalogueVersion = ranking.CatalogueVersion,
            BatchWaitMs = batched.Waited.TotalMilliseconds,
            InferenceMs = inference.TotalMilliseconds,
            MatchMs = match.TotalMilliseconds,
            BatchSize = batched.BatchSize,
            Batch = batch,
        };
    }

    /// <summary>Runs a photo of the catalogue in a batch with others.</summary>
    /// <exception cref="InferenceException">The network failed on this photo, or gave no number for it.</exception>
    public async ValueTask<PhotoVector> EmbedAsync(PhotoTensor tensor, CancellationToken cancellationToken = default)
    {
        tensor.KeepsOutput = true;
        tensor.Trace = CurrentTrace();
        var batched = await _batcher.RunAsync(tensor, Lane.Bulk, expiresAt: null, cancellationToken).ConfigureAwait(false);
        var values = batched.Value.Output!;
        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        var embedding = new byte[values.Length * sizeof(ushort)];
        TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(embedding.AsSpan()));
        return new PhotoVector(embedding, batched.Waited, batched.Value.Inference, batched.Value.Batch);
    }

    /// <summary>Answers what was handed in, then frees everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _batcher.DisposeAsync().ConfigureAwait(false);
        foreach (var session in _sessions)
            session.Dispose();
        _network.Dispose();
        _pool.Dispose();
    }

    private static IdentificationModel Load(
        string folder, ModelManifest manifest, InferenceOptions options, ILogger logger, TimeProvider time, Action<BatchReport>? batchRan, CancellationToken cancellationToken)
    {
        var matcher = CatalogueFiles.Read(folder, manifest.Task, manifest.Match.PrototypeShare);
        var network = Network.Open(folder, manifest, options);
        try
        {
            ModelFiles.CheckDimensions(folder, network, matcher);
            var plan = WarmUp.Find(network, manifest, options, Environment.ProcessorCount, cancellationToken);
            if (network.WhyNotCuda is { } reason)
                LogOnCpu(logger, manifest.Name, reason);
            LogLoaded(logger, manifest.Name, manifest.Version, network.ExecutionProvider, plan.BatchSize, plan.Sessions, plan.PhotosPerSecond, matcher.CatalogueVersion);
            return new IdentificationModel(manifest, network, matcher, plan, options, time, batchRan);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private void Run(int session, ReadOnlySpan<PhotoTensor> photos, Span<Outcome<Answer>> outcomes)
    {
        using var span = PhotoSpans.Batch(Manifest.Name, photos);
        var started = Stopwatch.GetTimestamp();
        NetworkOutputs outputs;
        try
        {
            outputs = _sessions[session].Run(photos);
        }
        catch (OnnxRuntimeException e)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            _batchRan?.Invoke(new BatchReport(photos.Length, Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Failed: true));
            var noMemory = e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("allocate memory", StringComparison.OrdinalIgnoreCase);
            throw new InferenceException($"The network failed: {e.Message}", noMemory, e);
        }

        var inference = Stopwatch.GetElapsedTime(started);
        var rankings = new Ranking[photos.Length];
        _matcher.Match(outputs.Values, rankings);
        var match = Stopwatch.GetElapsedTime(started) - inference;
        for (var i = 0; i < photos.Length; i++)
        {
            float? gate = outputs.Gates.IsEmpty ? null : outputs.Gates[i];
            outcomes[i] = rankings[i].Candidates is null || gate is { } score && !float.IsFinite(score)
                ? new InferenceException("The network's result for this photo is no number.")
                : new Answer(rankings[i], gate, inference, match, photos[i].KeepsOutput ? outputs.Values.Slice(i * _matcher.Dimensions, _matcher.Dimensions).ToArray() : null, span?.Context ?? default);
        }

        _batchRan?.Invoke(new BatchReport(photos.Length, inference, match, Failed: false));
    }

    private static ActivityContext CurrentTrace() => Activity.Current is { Recorded: true } trace ? trace.Context : default;

    [LoggerMessage(LogLevel.Warning, "Model {Model} runs on the CPU: CUDA cannot be had: {Reason}")]
    private static partial void LogOnCpu(ILogger logger, string model, string reason);

    [LoggerMessage(LogLevel.Information, "Model {Model} {Version} is loaded on {ExecutionProvider}: batches of up to {BatchSize}, {Sessions} sessions, {PhotosPerSecond:F1} photos/s, catalogue {CatalogueVersion}.")]
    private static partial void LogLoaded(ILogger logger, string model, string version, string executionProvider, int batchSize, int sessions, double photosPerSecond, string catalogueVersion);

    /// <summary>One photo's share of a run.</summary>
    private readonly record struct Answer(Ranking Ranking, float? CetaceanScore, TimeSpan Inference, TimeSpan Match, float[]? Output, ActivityContext Batch);
}
