using System.Diagnostics;
using Polly;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Hosting.Resilience;
using Whales.Imaging;
using Whales.Worker.Batching;
using Whales.Worker.Models;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Identification;

/// <summary>One photo's way through the worker: fetch, decode, infer, match. Every photo gets an outcome of its own.</summary>
internal sealed partial class Identifier(
    IdentificationModel model,
    TensorSpec spec,
    IImageStore images,
    DecodePool decoders,
    Persistently persistently,
    WorkerMetrics metrics,
    WorkerIdentity worker,
    TimeProvider clock,
    ILogger<Identifier> log)
{
    // The device had no memory left: other runs end, and give theirs back.
    private readonly ResiliencePipeline _whileShort = persistently.AFewTimesWhen(e => e is InferenceException { IsTransient: true });

    public async Task<PhotoResult> IdentifyAsync(IdentifyWhale command, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var queued = Math.Max(0, (clock.GetUtcNow() - command.SubmittedAt).TotalMilliseconds);
        TimeSpan fetched = default;
        try
        {
            if (command.ExpiresAt <= clock.GetUtcNow())
                return PhotoResult.Expired;
            using var tensor = model.RentTensor();
            using (var photo = await FetchAsync(command, cancellationToken))
            {
                fetched = clock.GetElapsedTime(started);
                await decoders.RunAsync(command.Lane, () =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    PhotoDecoder.Decode(photo.Memory.Span, command.Region, spec, tensor.Values, PhotoDecoder.MostPixels);
                });
            }

            var prepared = clock.GetElapsedTime(started);
            var prediction = await _whileShort.ExecuteAsync(
                static (state, ct) => state.model.PredictAsync(state.tensor, state.command.ExpiresAt, state.command.Lane, ct), (model, tensor, command), cancellationToken);
            if (prediction.Candidates.Count > 0)
                metrics.Matched(command.Model, prediction.Candidates[0].Score);
            return new PhotoResult(
                Answer(command, prediction, queued, prepared),
                PhotoOutcome.Succeeded,
                new PhotoTimings
                {
                    Fetch = fetched.TotalSeconds,
                    Decode = (prepared - fetched).TotalSeconds,
                    BatchWait = prediction.BatchWaitMs / 1000,
                    Inference = prediction.InferenceMs / 1000,
                    Match = prediction.MatchMs / 1000,
                })
            {
                Batch = prediction.Batch,
            };
        }
        catch (ItemExpiredException)
        {
            return PhotoResult.Expired;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new PhotoResult(Failure(command, exception), PhotoOutcome.Failed, new PhotoTimings { Fetch = fetched.TotalSeconds });
        }
    }

    /// <summary>The failure to publish for a photo that is not even tried.</summary>
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

    private async ValueTask<PhotoBytes> FetchAsync(IdentifyWhale command, CancellationToken cancellationToken)
    {
        PhotoBytes? photo;
        var attempts = 0;
        try
        {
            photo = await persistently.AFewTimes.ExecuteAsync(
                ct =>
                {
                    if (attempts++ > 0)
                        metrics.Retried(command.Model, RetryReason.ImageStore);
                    return images.ReadAsync(command.ImageKey, ct);
                },
                cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreFaultException(exception);
        }

        return photo ?? throw new FileNotFoundException("The stored photo is gone.");
    }

    private WhaleIdentified Answer(IdentifyWhale command, Prediction prediction, double queuedMs, TimeSpan prepared) => new()
    {
        IdentificationId = command.IdentificationId,
        Attempt = command.Attempt,
        Model = command.Model,
        ModelVersion = model.Version,
        CatalogueVersion = prediction.CatalogueVersion,
        Decision = prediction.Decision,
        Candidates = prediction.Candidates,
        CetaceanScore = prediction.CetaceanScore,
        Timings = new Timings
        {
            QueueMs = queuedMs,
            PreprocessMs = prepared.TotalMilliseconds,
            BatchWaitMs = prediction.BatchWaitMs,
            InferenceMs = prediction.InferenceMs,
            MatchMs = prediction.MatchMs,
            BatchSize = prediction.BatchSize,
        },
        Worker = worker.Name,
    };

    private WhaleIdentificationFailed Failure(IdentifyWhale command, Exception exception)
    {
        var (code, message) = exception switch
        {
            UnreadableImageException => (FailureCodes.CorruptedImage, exception.Message),
            FileNotFoundException => (FailureCodes.ImageMissing, exception.Message),
            InferenceException { IsTransient: true } => (FailureCodes.InferenceError, $"{exception.Message} It was tried several times."),
            InferenceException => (FailureCodes.InferenceError, exception.Message),
            StoreFaultException => (FailureCodes.InternalError, exception.Message),
            _ => (FailureCodes.InternalError, "The worker failed on this photo; its log says how."),
        };
        if (exception is UnreadableImageException unreadable)
        {
            metrics.DecodeFailed(ReasonOf(unreadable.Reason));
            LogUnreadable(command.IdentificationId, command.Model, exception.Message);
        }
        else
        {
            LogFailed(exception, command.IdentificationId, command.Model, code);
        }

        return Failure(command, code, message);
    }

    private static string ReasonOf(UnreadableReason reason) => reason switch
    {
        UnreadableReason.Unsupported => ErrorCodes.UnsupportedMedia,
        UnreadableReason.TooManyPixels => ErrorCodes.TooLarge,
        _ => FailureCodes.CorruptedImage,
    };

    [LoggerMessage(LogLevel.Information, "Photo {IdentificationId} for {Model} cannot be decoded: {Reason}")]
    private partial void LogUnreadable(Guid identificationId, string model, string reason);

    [LoggerMessage(LogLevel.Error, "Photo {IdentificationId} failed on {Model}: {Code}")]
    private partial void LogFailed(Exception exception, Guid identificationId, string model, string code);

    private sealed class StoreFaultException(Exception inner) : Exception("The image store did not give the photo, although it was asked several times.", inner);
}

/// <summary>What became of a photo on this worker.</summary>
/// <param name="Message">To publish; null when nobody waits for an answer.</param>
/// <param name="Outcome">For the metrics.</param>
/// <param name="Timings">For the metrics.</param>
internal readonly record struct PhotoResult(object? Message, PhotoOutcome Outcome, PhotoTimings Timings)
{
    public static PhotoResult Expired => new(null, PhotoOutcome.Expired, default);

    /// <summary>The recorded trace of the run that answered; default: none.</summary>
    public ActivityContext Batch { get; init; }

    public static PhotoResult Canceled => new(null, PhotoOutcome.Canceled, default);
}
