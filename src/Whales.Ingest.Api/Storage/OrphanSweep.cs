using Whales.Hosting.Images;

namespace Whales.Ingest.Api.Storage;

/// <summary>Removes photos that no row names: uploads that a crash cut off, or whose row was never committed.</summary>
internal sealed class OrphanSweep(IImageStore images, IIdentificationStore store, TimeProvider time)
{
    /// <summary>Longer than any upload takes from its last byte to its row.</summary>
    private static readonly TimeSpan MinAge = TimeSpan.FromHours(1);

    private const int BatchSize = 200;

    /// <summary>So many orphans, when they are the most of what is stored, are no leftovers: the database is another one.</summary>
    private const int MostLeftovers = 100;

    /// <returns>How many photos were removed.</returns>
    /// <exception cref="InvalidOperationException">The database looks like one of other photos; none was removed.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (orphans, known) = await FindAsync(cancellationToken).ConfigureAwait(false);
        if (orphans.Count > MostLeftovers && orphans.Count > known)
        {
            throw new InvalidOperationException(
                $"The database does not know {orphans.Count} of {orphans.Count + known} photos in the image store. Is it another database? The photos are kept.");
        }

        var removed = 0;
        foreach (var key in orphans)
        {
            if (await images.DeleteAsync(key, cancellationToken).ConfigureAwait(false))
                removed++;
        }

        return removed;
    }

    private async Task<(List<string> Orphans, int Known)> FindAsync(CancellationToken cancellationToken)
    {
        var orphans = new List<string>();
        var named = 0;
        await foreach (var keys in images.ListAsync(time.GetUtcNow() - MinAge, cancellationToken).Chunk(BatchSize)
            .WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var known = await store.KnownImageKeysAsync(keys, cancellationToken).ConfigureAwait(false);
            named += known.Count;
            orphans.AddRange(keys.Where(key => !known.Contains(key)));
        }

        return (orphans, named);
    }
}
