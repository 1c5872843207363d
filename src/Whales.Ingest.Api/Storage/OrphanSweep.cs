using Whales.Hosting.Images;

namespace Whales.Ingest.Api.Storage;

/// <summary>Removes photos that no row names: uploads that a crash cut off, or whose row was never committed.</summary>
internal sealed class OrphanSweep(IImageStore images, IIdentificationStore store, TimeProvider time)
{
    /// <summary>Longer than any upload takes from its last byte to its row.</summary>
    private static readonly TimeSpan MinAge = TimeSpan.FromHours(1);

    private const int BatchSize = 200;

    /// <returns>How many photos were removed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        await foreach (var keys in images.ListAsync(time.GetUtcNow() - MinAge, cancellationToken).Chunk(BatchSize)
            .WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var known = await store.KnownImageKeysAsync(keys, cancellationToken).ConfigureAwait(false);
            foreach (var key in keys.Where(key => !known.Contains(key)))
            {
                if (await images.DeleteAsync(key, cancellationToken).ConfigureAwait(false))
                    removed++;
            }
        }

        return removed;
    }
}
