using System.Diagnostics;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Hosting.Resilience;
using Whales.Imaging;
using Whales.Worker.Identification;
using Whales.Worker.Models;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Embedding;

/// <summary>One catalogue photo's way through the worker: fetch, decode, infer. It shares batches with the photos to be identified.</summary>
internal sealed partial class PhotoEmbedder(
    IdentificationModel model,
    TensorSpec spec,
    IImageStore images,
    DecodePool decoders,
    Persistently persistently,
    WorkerIdentity worker,
    TimeProvider clock,
    ILogger<PhotoEmbedder> log)
{
    public async Task<EmbeddedPhoto> EmbedAsync(EmbedPhoto command, CancellationToken cancellationToken)
    {
        if (!model.HasCatalogue)
            return new(Failure(command, FailureCodes.ModelUnavailable, $"Model {command.Model} is a classifier here and has no catalogue."), default, default);
        var started = clock.GetTimestamp();
        TimeSpan fetched = default;
        try
        {
            using var tensor = model.RentTensor();
            using (var photo = await FetchAsync(command, cancellationToken))
            {
                fetched = clock.GetElapsedTime(started);
                await decoders.RunAsync(Lane.Bulk, () => PhotoDecoder.Decode(photo.Memory.Span, command.Region, spec, tensor.Values, PhotoDecoder.MostPixels));
            }

            var prepared = clock.GetElapsedTime(started);
            var vector = await model.EmbedAsync(tensor, cancellationToken);
            var answer = new PhotoEmbedded
            {
                PhotoId = command.PhotoId,
                Model = command.Model,
                ModelVersion = model.Version,
                Embedding = vector.Embedding,
                Worker = worker.Name,
            };
            var timings = new PhotoTimings
            {
                Fetch = fetched.TotalSeconds,
                Decode = (prepared - fetched).TotalSeconds,
                BatchWait = vector.BatchWait.TotalSeconds,
                Inference = vector.Inference.TotalSeconds,
            };
            return new(answer, timings, vector.Batch);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var (code, message) = exception switch
            {
                UnreadableImageException => (FailureCodes.CorruptedImage, exception.Message),
                FileNotFoundException => (FailureCodes.ImageMissing, exception.Message),
                InferenceException => (FailureCodes.InferenceError, exception.Message),
                _ => (FailureCodes.InternalError, "The worker failed on this photo; its log says how."),
            };
            LogFailed(exception, command.PhotoId, command.Model, code);
            return new(Failure(command, code, message), new PhotoTimings { Fetch = fetched.TotalSeconds }, default);
        }
    }

    public PhotoEmbeddingFailed Failure(EmbedPhoto command, string code, string message) => new()
    {
        PhotoId = command.PhotoId,
        Attempt = command.Attempt,
        Model = command.Model,
        Code = code,
        Message = message,
        Worker = worker.Name,
        OccurredAt = clock.GetUtcNow(),
    };

    private async ValueTask<PhotoBytes> FetchAsync(EmbedPhoto command, CancellationToken cancellationToken) =>
        await persistently.AFewTimes.ExecuteAsync(
            static (state, ct) => state.images.ReadAsync(state.command.ImageKey, ct), (images, command), cancellationToken)
        ?? throw new FileNotFoundException("The stored photo is gone.");

    [LoggerMessage(LogLevel.Warning, "Catalogue photo {PhotoId} failed on {Model}: {Code}")]
    private partial void LogFailed(Exception exception, Guid photoId, string model, string code);
}

/// <summary>What became of a catalogue photo.</summary>
/// <param name="Answer">To publish: <see cref="PhotoEmbedded"/> or <see cref="PhotoEmbeddingFailed"/>.</param>
/// <param name="Timings">Where its seconds went.</param>
/// <param name="Batch">The recorded trace of the run that it was in; default: none.</param>
internal readonly record struct EmbeddedPhoto(object Answer, PhotoTimings Timings, ActivityContext Batch)
{
    public PhotoOutcome Outcome => Answer is PhotoEmbedded ? PhotoOutcome.Succeeded : PhotoOutcome.Failed;
}
