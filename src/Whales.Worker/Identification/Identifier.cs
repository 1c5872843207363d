using System.Diagnostics;
using MassTransit;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Hosting.Resilience;
using Whales.Imaging;
using Whales.Worker.Models;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Identification;

/// <summary>One photo's way through the worker: fetch, decode, infer, match. Every photo gets an outcome of its own.</summary>
internal sealed partial class Identifier(
    IdentificationModel model,
    IImageStore images,
    DecodePool decoders,
    Persistently persistently,
    WorkerMetrics metrics,
    WorkerIdentity worker,
    TimeProvider clock,
    ILogger<Identifier> log)
{
    /// <returns>The outcome to publish; null when the photo is no longer wanted (expired).</returns>
    public async Task<object?> IdentifyAsync(IdentifyWhale command, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (command.ExpiresAt <= now)
            return null;
        var queued = now - command.SubmittedAt;
        var started = clock.GetTimestamp();
        try
        {
            using var tensor = model.RentTensor();
            await PrepareAsync(command, tensor, cancellationToken);
            var preprocess = clock.GetElapsedTime(started);
            var prediction = await model.PredictAsync(tensor, command.ExpiresAt, cancellationToken);
            var timings = new Timings
            {
                QueueMs = Math.Max(0, queued.TotalMilliseconds),
                PreprocessMs = preprocess.TotalMilliseconds,
                BatchWaitMs = prediction.BatchWaitMs,
                InferenceMs = prediction.InferenceMs,
                MatchMs = prediction.MatchMs,
                BatchSize = prediction.BatchSize,
            };
            return new WhaleIdentified
            {
                IdentificationId = command.IdentificationId,
                Attempt = command.Attempt,
                Model = command.Model,
                ModelVersion = model.Version,
                CatalogueVersion = model.CatalogueVersion,
                Decision = prediction.Decision,
                Candidates = prediction.Candidates,
                CetaceanScore = prediction.CetaceanScore,
                Timings = timings,
                Worker = worker.Name,
            };
        }
        catch (PhotoExpiredException)
        {
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return Failure(command, exception);
        }
    }

    private async Task PrepareAsync(IdentifyWhale command, PhotoTensor tensor, CancellationToken cancellationToken)
    {
        using var photo = await persistently.AFewTimes.ExecuteAsync(
            static (state, ct) => state.images.ReadAsync(state.command.ImageKey, ct), (images, command), cancellationToken)
            ?? throw new FileNotFoundException("The stored photo is gone.");
        await decoders.RunAsync(() => PhotoDecoder.Decode(photo.Memory.Span, command.Region, model.TensorSpec, tensor.Span));
    }

    private WhaleIdentificationFailed Failure(IdentifyWhale command, Exception exception)
    {
        var (code, message) = exception switch
        {
            UnreadableImageException => (FailureCodes.CorruptedImage, exception.Message),
            FileNotFoundException => (FailureCodes.ImageMissing, exception.Message),
            InferenceException => (FailureCodes.InferenceError, exception.Message),
            _ => (FailureCodes.InternalError, "The worker failed on this photo; its log says how."),
        };
        if (code is FailureCodes.InternalError or FailureCodes.InferenceError)
            Failed(exception, command.IdentificationId, command.Model);
        return Failure(command, code, message);
    }

    public WhaleIdentificationFailed Failure(IdentifyWhale command, string code, string message) => new()
    {
        IdentificationId = command.IdentificationId,
        Attempt = command.Attempt,
        Model = command.Model,
        Code = code,
        Message = message,
        Worker = worker.Name,
        OccurredAt = clock.GetUtcNow(),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Photo {IdentificationId} failed on {Model}.")]
    private partial void Failed(Exception exception, Guid identificationId, string model);
}
