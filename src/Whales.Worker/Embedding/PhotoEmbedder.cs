using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Hosting.Resilience;
using Whales.Imaging;
using Whales.Worker.Identification;
using Whales.Worker.Models;

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
    /// <returns>What to publish: <see cref="PhotoEmbedded"/> or <see cref="PhotoEmbeddingFailed"/>.</returns>
    public async Task<object> EmbedAsync(EmbedPhoto command, CancellationToken cancellationToken)
    {
        if (!model.HasCatalogue)
            return Failure(command, FailureCodes.ModelUnavailable, $"Model {command.Model} is a classifier here and has no catalogue.");
        try
        {
            using var tensor = model.RentTensor();
            using (var photo = await FetchAsync(command, cancellationToken))
                await decoders.RunAsync(Lane.Bulk, () => PhotoDecoder.Decode(photo.Memory.Span, command.Region, spec, tensor.Values));
            return new PhotoEmbedded
            {
                PhotoId = command.PhotoId,
                Model = command.Model,
                ModelVersion = model.Version,
                Embedding = await model.EmbedAsync(tensor, cancellationToken),
                Worker = worker.Name,
            };
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
            return Failure(command, code, message);
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
