using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>
/// The job table: one row a photo. Every method is one transaction; those that take a list do the whole list in one commit.
/// The first final state of an attempt wins: all changes to a row are conditional on id, attempt and status = queued.
/// </summary>
public interface IIdentificationStore
{
    /// <summary>Brings the schema up to date, under a lock that several replicas may contend for.</summary>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Inserts new rows, already leased to their creator until <see cref="IdentificationRow.LeasedUntil"/>; durable when this returns.</summary>
    Task InsertAsync(IReadOnlyList<IdentificationRow> rows, CancellationToken cancellationToken);

    Task<IdentificationRow?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Newest first, by keyset.</summary>
    Task<IReadOnlyList<IdentificationRow>> ListAsync(IdentificationFilter filter, CancellationToken cancellationToken);

    /// <summary>Leases queued rows of a lane that are unsent and whose lease has run out, oldest first, so that only one relay sends them.</summary>
    Task<IReadOnlyList<IdentificationRow>> LeaseUnsentAsync(
        Lane lane, int limit, DateTimeOffset now, DateTimeOffset leaseUntil, CancellationToken cancellationToken);

    /// <summary>Notes that the broker has confirmed these attempts. Losing such a note only costs a second, harmless send.</summary>
    Task MarkSentAsync(IReadOnlyList<AttemptId> attempts, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Makes queued rows of this model and lane unsent again if they were sent before <paramref name="sentBefore"/>.</summary>
    /// <returns>How many.</returns>
    Task<int> MarkUnsentAsync(string model, Lane lane, DateTimeOffset sentBefore, CancellationToken cancellationToken);

    /// <summary>
    /// Makes all queued rows that were sent before <paramref name="sentBefore"/> unsent again, and ends their leases: for a relay that is alone
    /// and whose queues died with its process.
    /// </summary>
    /// <returns>How many.</returns>
    Task<int> MarkAllUnsentAsync(DateTimeOffset sentBefore, CancellationToken cancellationToken);

    /// <summary>Makes rows final. An outcome whose attempt is no longer queued changes nothing.</summary>
    /// <returns>For each outcome, whether it changed its row.</returns>
    Task<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<Completion> completions, CancellationToken cancellationToken);

    /// <summary>Puts a failed, canceled or expired row back to queued with attempt + 1, unsent.</summary>
    /// <returns>The row as it is now, and whether this call changed it; null when there is none.</returns>
    Task<(IdentificationRow Row, bool Changed)?> RetryAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Makes at most <paramref name="limit"/> queued rows past their deadline expired.</summary>
    /// <returns>The attempts that expired.</returns>
    Task<IReadOnlyList<AttemptId>> ExpireAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>Removes the row and its idempotency key.</summary>
    /// <returns>The removed row; null when there was none.</returns>
    Task<IdentificationRow?> DeleteAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Removes the row and its idempotency key, if it is still in the state in which it was read.</summary>
    /// <returns>False when it is gone, or has changed: retried, it waits for a new answer.</returns>
    Task<bool> DeleteUnchangedAsync(IdentificationRow row, CancellationToken cancellationToken);

    /// <summary>Of these image keys, those that a row names.</summary>
    Task<IReadOnlySet<string>> KnownImageKeysAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Queued rows for each model that has any.</summary>
    Task<IReadOnlyList<WaitingCount>> CountWaitingAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Claims an idempotency key for <paramref name="claim"/>'s identification. A key whose claim is older than
    /// <paramref name="staleBefore"/> and has no row (its upload broke off), or whose row is older than <paramref name="forgetBefore"/>, is claimed anew.
    /// </summary>
    /// <returns>The claim that holds: the caller's own, or the earlier one.</returns>
    Task<IdempotencyClaim> ClaimAsync(IdempotencyClaim claim, DateTimeOffset staleBefore, DateTimeOffset forgetBefore, CancellationToken cancellationToken);

    /// <summary>Gives up a claim whose upload failed, so that the client may try again with the same key.</summary>
    Task ReleaseClaimAsync(IdempotencyClaim claim, CancellationToken cancellationToken);

    /// <summary>Fails when the database cannot be reached; for readiness.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}
