using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Identifications.Upload;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Individuals;

/// <summary>Accepts one photo of an animal, by the rules of <see cref="Submission"/>: image durable, then rows durable, then the answer.</summary>
internal sealed partial class PhotoAddition(
    IndividualStore store,
    PhotoIntake intake,
    IImageStore images,
    CatalogueModels models,
    CatalogueSignals signals,
    PhotoTraces traces,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    IOptions<IngestOptions> options,
    ILogger<PhotoAddition> log)
{
    private static readonly TimeSpan UploadTimeWhenStopping = TimeSpan.FromSeconds(3);

    /// <returns>The photo, and whether it is new: the same bytes for the same animal are one photo.</returns>
    public async Task<(IndividualPhotoRow Photo, bool IsNew)> AddAsync(HttpRequest request, string individualId, Region? region, CancellationToken cancellationToken)
    {
        // Before the body is read: it may be large, and in vain.
        if (models.All.Count == 0)
            throw RequestRefusedException.NoCatalogue();
        PhotoBody.CheckHeaders(request, options.Value.MaxPhotoBytes);
        await IndividualHandlers.RequireAsync(store, individualId, cancellationToken);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.UploadTimeout);
        await using var stopping = lifetime.ApplicationStopping.Register(() => timeout.CancelAfter(UploadTimeWhenStopping));
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var id = Guid.CreateVersion7(now);
        ReceivedPhoto received;
        try
        {
            received = await intake.StoreAsync(request, ImageKeys.ForPhoto(id, now), timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw lifetime.ApplicationStopping.IsCancellationRequested
                ? RequestRefusedException.Unavailable("The server is stopping. Send the photo again shortly.", null)
                : RequestRefusedException.TimedOut($"The photo did not come within {options.Value.UploadTimeout.TotalSeconds:0} seconds.");
        }

        var photo = new IndividualPhotoRow
        {
            Id = id,
            IndividualId = individualId,
            ImageKey = received.ImageKey,
            ContentType = received.ContentType,
            ImageBytes = received.Bytes,
            Sha256 = received.Sha256,
            FileName = received.FileName,
            Region = region,
            CreatedAt = now,
        };
        return await StoreAsync(photo);
    }

    // The photo is durable: from here on a client that goes away changes nothing. When the database fails, the sweep of orphans removes it.
    private async Task<(IndividualPhotoRow Photo, bool IsNew)> StoreAsync(IndividualPhotoRow photo)
    {
        // Before anybody can send it.
        traces.Remember(photo.Id);
        if (await store.AddPhotoAsync(photo, models.All, CancellationToken.None))
        {
            signals.PhotosQueued.Set();
            return (photo, true);
        }

        await RemoveAsync(photo.ImageKey);
        if (await store.FindPhotoAsync(photo.IndividualId, photo.Sha256, CancellationToken.None) is not { } known)
            throw IndividualHandlers.Missing(photo.IndividualId);
        traces.Remember(known.Id);
        await store.TryAgainAsync(known.Id, clock.GetUtcNow(), CancellationToken.None);
        signals.PhotosQueued.Set();
        return (known, false);
    }

    private async Task RemoveAsync(string imageKey)
    {
        try
        {
            await images.DeleteAsync(imageKey, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogLeftBehind(e, imageKey);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Photo {ImageKey}, which an animal has already, is left in the image store; the sweep of orphans removes it.")]
    private partial void LogLeftBehind(Exception exception, string imageKey);
}
