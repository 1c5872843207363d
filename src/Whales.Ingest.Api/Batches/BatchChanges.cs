using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Batches;

/// <summary>What is done to all photos of a batch: a part in each transaction, so that others get their turn in between.</summary>
internal sealed partial class BatchChanges(
    BatchStore store, IImageStore images, IdentificationWaiters waiters, ICancelBroadcast broadcast, TimeProvider clock, ILogger<BatchChanges> logger)
{
    private const int AtOnce = 500;
    private const int NoticesAtOnce = 64;
    private static readonly TimeSpan NoticePatience = TimeSpan.FromSeconds(10);

    /// <returns>How many photos this call canceled.</returns>
    public async Task<int> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        var canceled = new List<AttemptId>();
        try
        {
            IReadOnlyList<AttemptId> part;
            do
            {
                part = await store.CancelAsync(id, clock.GetUtcNow(), AtOnce, cancellationToken);
                canceled.AddRange(part);
                foreach (var attempt in part)
                    waiters.Completed(attempt.Id);
            }
            while (part.Count == AtOnce);
        }
        finally
        {
            _ = NotifyAsync(canceled);
        }

        return canceled.Count;
    }

    /// <summary>Removes the rows, the photos and then the batch. Broken off, it leaves a smaller batch, and can be repeated.</summary>
    /// <returns>False when there was no such batch.</returns>
    public async Task<bool> DeleteAsync(Guid id)
    {
        var waiting = new List<AttemptId>();
        try
        {
            while (await store.DeletePhotosAsync(id, AtOnce, CancellationToken.None) is { Count: > 0 } removed)
            {
                waiting.AddRange(removed.Where(photo => photo.Status == IdentificationStatus.Queued).Select(photo => photo.Attempt));
                foreach (var photo in removed)
                    waiters.Completed(photo.Attempt.Id);
                await BatchImages.RemoveAsync(images, removed.Select(photo => photo.ImageKey), LogPhotoKept);
            }

            return await store.DeleteAsync(id, CancellationToken.None);
        }
        finally
        {
            _ = NotifyAsync(waiting);
        }
    }

    // Best effort and behind the answer: thousands of notices take their time, and the rows decide.
    private async Task NotifyAsync(List<AttemptId> attempts)
    {
        if (attempts.Count == 0)
            return;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var patience = new CancellationTokenSource(NoticePatience);
        try
        {
            await Parallel.ForEachAsync(
                attempts,
                new ParallelOptions { MaxDegreeOfParallelism = NoticesAtOnce, CancellationToken = patience.Token },
                async (attempt, token) => await broadcast.SendAsync(attempt, token).WaitAsync(token));
        }
        catch (Exception exception)
        {
            LogNotTold(attempts.Count, exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Photo {ImageKey} of a removed batch could not be removed; the sweep of orphans tries again.")]
    private partial void LogPhotoKept(string imageKey, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Workers were not told of all {Count} photos of a batch that were canceled; their outcomes will be ignored.")]
    private partial void LogNotTold(int count, Exception exception);
}
