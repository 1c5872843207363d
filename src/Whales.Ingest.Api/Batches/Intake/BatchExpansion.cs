using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Batches.Intake;

/// <summary>Takes all entries of a batch into the image store, several at once. When the batch is refused, nothing of it stays.</summary>
internal sealed partial class BatchExpansion(
    EntryIntake intake, IImageStore images, SpoolFolder folder, IOptions<BatchOptions> options, ILogger<BatchExpansion> logger)
{
    /// <exception cref="RequestRefusedException">The batch is refused whole, and what was stored of it is removed.</exception>
    public async Task<ExpandedBatch> RunAsync(IReadOnlyList<BatchEntry> entries, Spool spool, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!folder.HasRoom(entries.Sum(entry => entry.Size)))
            throw BatchRefusals.NoRoom();
        var ids = new SequentialIds(now);
        var wanted = entries.Select((entry, place) => (Entry: entry, Place: place, Id: ids.Next())).ToList();
        var outcomes = new EntryIntake.Outcome?[entries.Count];
        var firsts = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        Exception? failure = null;
        try
        {
            await Parallel.ForEachAsync(
                wanted,
                new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallel, CancellationToken = cancellationToken },
                async (item, token) =>
                {
                    try
                    {
                        outcomes[item.Place] = await intake.StoreAsync(
                            item.Entry, spool, item.Id, ImageKeys.ForPhoto(item.Id, now),
                            sha256 => firsts.AddOrUpdate(sha256, item.Place, (_, first) => Math.Min(first, item.Place)) == item.Place,
                            token);
                    }
                    catch (Exception e) when (e is not OperationCanceledException)
                    {
                        // The first one is the reason; the others end because of it.
                        Interlocked.CompareExchange(ref failure, e, null);
                        throw;
                    }
                });
            return await GatherAsync(entries, outcomes, firsts);
        }
        catch (Exception e)
        {
            await RemoveAsync(outcomes.Select(outcome => outcome?.Photo).OfType<BatchPhoto>());
            if (e is OperationCanceledException && failure is null)
                throw;
            throw failure switch
            {
                RequestRefusedException refusal => refusal,
                _ => BatchRefusals.NoRoom(failure ?? e),
            };
        }
    }

    /// <summary>Removes photos that will have no rows.</summary>
    public Task RemoveAsync(IEnumerable<BatchPhoto> photos) =>
        BatchImages.RemoveAsync(images, photos.Select(photo => photo.ImageKey), LogLeftBehind);

    // Entries are stored in any order, but of equal ones the first in the batch's own order stays.
    private async Task<ExpandedBatch> GatherAsync(
        IReadOnlyList<BatchEntry> entries, EntryIntake.Outcome?[] outcomes, ConcurrentDictionary<string, int> firsts)
    {
        var photos = new List<BatchPhoto>();
        var twice = new List<BatchPhoto>();
        var rejected = new List<RejectedEntry>();
        for (var place = 0; place < entries.Count; place++)
        {
            var outcome = outcomes[place]!;
            if (outcome.Photo is { } photo && firsts[photo.Sha256] == place)
            {
                photos.Add(photo);
                continue;
            }

            if (outcome.Photo is { } copy)
                twice.Add(copy);
            rejected.Add(new RejectedEntry
            {
                Entry = entries[place].Name,
                Code = outcome.Code ?? RejectionCodes.Duplicate,
                Message = outcome.Message ?? $"The same bytes are in this batch already, as {entries[firsts[outcome.Sha256!]].Name}.",
            });
        }

        await RemoveAsync(twice);
        return new ExpandedBatch(photos, rejected);
    }

    [LoggerMessage(LogLevel.Warning, "Photo {ImageKey} of a refused batch may be left in the image store; the sweep of orphans removes it.")]
    private partial void LogLeftBehind(string imageKey, Exception exception);
}

/// <summary>The photos of a batch, durable, and what was refused, both in the order in which they were sent.</summary>
internal sealed record ExpandedBatch(IReadOnlyList<BatchPhoto> Photos, IReadOnlyList<RejectedEntry> Rejected);
