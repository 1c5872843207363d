using Whales.Hosting.Images;

namespace Whales.Ingest.Api.Batches;

/// <summary>Removes many photos. What cannot be removed is told, and left to the sweep of orphans.</summary>
internal static class BatchImages
{
    // A few at once: each waits for the disk, and all of them block a thread meanwhile.
    private const int AtOnce = 4;

    public static Task RemoveAsync(IImageStore images, IEnumerable<string> imageKeys, Action<string, Exception> kept) => Parallel.ForEachAsync(
        imageKeys,
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
        async (imageKey, _) =>
        {
            try
            {
                await images.DeleteAsync(imageKey, CancellationToken.None);
            }
            catch (Exception exception)
            {
                kept(imageKey, exception);
            }
        });
}
