using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>Removes a row and its photo, in this order: a photo without a row is swept up later, a row without its photo would be a broken promise.</summary>
internal sealed partial class IdentificationRemoval(
    IIdentificationStore store, IImageStore images, IdentificationWaiters waiters, CancelNotice notice, ILogger<IdentificationRemoval> logger)
{
    /// <returns>False when there was no such row.</returns>
    public async Task<bool> RemoveAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await store.DeleteAsync(id, cancellationToken) is not { } row)
            return false;
        await RemovedAsync(row);
        return true;
    }

    /// <returns>False when the row is no longer in the state in which it was read, and so stays, with its photo.</returns>
    public async Task<bool> RemoveUnchangedAsync(IdentificationRow row, CancellationToken cancellationToken)
    {
        if (!await store.DeleteUnchangedAsync(row, cancellationToken))
            return false;
        await RemovedAsync(row);
        return true;
    }

    private async Task RemovedAsync(IdentificationRow row)
    {
        waiters.Completed(row.Id);
        if (row.Status == IdentificationStatus.Queued)
            await notice.SendAsync(new AttemptId(row.Id, row.Attempt));
        try
        {
            await images.DeleteAsync(row.ImageKey, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogPhotoKept(logger, row.ImageKey, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Photo {ImageKey} of a removed identification could not be removed; the sweep of orphans tries again.")]
    private static partial void LogPhotoKept(ILogger logger, string imageKey, Exception exception);
}
