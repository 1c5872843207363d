using Whales.Hosting.Images;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Individuals;

/// <summary>Removes rows and then photos, in this order: a photo without a row is swept up later.</summary>
internal sealed partial class CatalogueRemoval(
    IndividualStore store, IImageStore images, CatalogueSignals signals, TimeProvider clock, ILogger<CatalogueRemoval> log)
{
    /// <returns>False when there was no such animal.</returns>
    public async Task<bool> RemoveIndividualAsync(string id, CancellationToken cancellationToken)
    {
        if (await store.DeleteAsync(id, clock.GetUtcNow(), cancellationToken) is not { } imageKeys)
            return false;
        signals.Changed.Set();
        foreach (var key in imageKeys)
            await RemoveAsync(key);
        return true;
    }

    /// <returns>False when the animal had no such photo.</returns>
    public async Task<bool> RemovePhotoAsync(string individualId, Guid photoId, CancellationToken cancellationToken)
    {
        if (await store.DeletePhotoAsync(individualId, photoId, cancellationToken) is not { } photo)
            return false;
        signals.Changed.Set();
        await RemoveAsync(photo.ImageKey);
        return true;
    }

    private async Task RemoveAsync(string key)
    {
        try
        {
            await images.DeleteAsync(key, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogPhotoKept(e, key);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Photo {ImageKey} of the catalogue could not be removed; the sweep of orphans tries again.")]
    private partial void LogPhotoKept(Exception exception, string imageKey);
}
