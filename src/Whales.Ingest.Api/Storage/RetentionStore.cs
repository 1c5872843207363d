namespace Whales.Ingest.Api.Storage;

/// <summary>What is too old. Each call is one short transaction over a bounded number of rows; whatever waits is never among them.</summary>
internal sealed class RetentionStore(StoreDatabase database)
{
    private readonly Statement _takePhotos = new($"""
        with due as materialized (
            select id from identifications
            where completed_at is not null and photo_removed_at is null and completed_at < @before and status <> 'queued'
            order by completed_at limit @limit {database.ForUpdate} {database.SkipLocked})
        update identifications set photo_removed_at = @now where id in (select id from due)
        returning image_key
        """);

    private static readonly Statement FindRows = new("""
        select id, image_key, owner, idempotency_key from identifications
        where completed_at is not null and completed_at < @before and status <> 'queued'
        order by completed_at limit @limit
        """);

    private static readonly Statement DeleteRow = new(
        "delete from identifications where id = @id and completed_at is not null and completed_at < @before and status <> 'queued'");

    private static readonly Statement DeleteClaim = new("""
        delete from idempotency_claims where owner = @owner and idempotency_key = @key and identification_id = @id
            and not exists (select 1 from identifications where id = @id)
        """);

    private static readonly Statement DeleteBatches = new("""
        delete from batches where id in (
            select id from batches where id < @before and not exists (select 1 from identifications where batch_id = batches.id)
            order by id limit @limit)
        """);

    private static readonly Statement DeleteBatchClaims = new(
        "delete from batch_claims where batch_id < @before and not exists (select 1 from batches where id = batch_claims.batch_id)");

    private static readonly Statement DeleteAudit = new(
        "delete from audit where id in (select id from audit where id < @before order by id limit @limit)");

    private static readonly Statement DeleteDeadLetters = new(
        "delete from dead_letters where id in (select id from dead_letters where id < @before order by id limit @limit)");

    /// <summary>
    /// Marks photos of rows that ended before <paramref name="before"/> as removed. From then on such a row cannot be sent round again, and
    /// its file, if it outlives a crash, belongs to nobody: the sweep of orphans takes it.
    /// </summary>
    /// <returns>The keys of the files to remove.</returns>
    public async Task<IReadOnlyList<string>> TakePhotosAsync(DateTimeOffset before, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        await database.ChangeAsync(
            new Call(_takePhotos, parameters => parameters.Set("before", before).Set("now", now).Set("limit", limit)),
            fields => fields.Text(), Durability.Synced, cancellationToken).ConfigureAwait(false);

    /// <summary>Removes rows that ended before <paramref name="before"/>, with their history and idempotency keys.</summary>
    /// <returns>The keys of their photos, and whether there may be more rows.</returns>
    public async Task<(IReadOnlyList<string> ImageKeys, bool More)> RemoveRowsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        var due = await database.ReadAsync(
            new Call(FindRows, parameters => parameters.Set("before", before).Set("limit", limit)),
            fields => (Id: fields.Id(), ImageKey: fields.Text(), Owner: fields.Text(), Key: fields.TextOrNull()), cancellationToken).ConfigureAwait(false);
        if (due.Count == 0)
            return ([], false);
        // In the order of the ids, as every list of changes is. A row that was retried meanwhile stays, with all that belongs to it.
        due.Sort((one, other) => one.Id.CompareTo(other.Id));
        var calls = due.ConvertAll(row => new Call(DeleteRow, parameters => parameters.Set("id", row.Id).Set("before", before)));
        foreach (var row in due)
        {
            calls.Add(FaultStore.DeleteCall(row.Id));
            if (row.Key is { } key)
                calls.Add(new Call(DeleteClaim, parameters => parameters.Set("owner", row.Owner).Set("key", key).Set("id", row.Id)));
        }

        var changed = await database.ExecuteAsync(calls, Durability.Synced, cancellationToken).ConfigureAwait(false);
        return ([.. due.Where((_, i) => changed[i] > 0).Select(row => row.ImageKey)], due.Count == limit);
    }

    /// <summary>Removes batches from before <paramref name="before"/> that have no photos left, and the idempotency keys of batches that are gone.</summary>
    public async Task<int> RemoveBatchesAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        (await database.ExecuteAsync(
            [
                new Call(DeleteBatches, parameters => parameters.Set("before", IdTimes.First(before)).Set("limit", limit)),
                new Call(DeleteBatchClaims, parameters => parameters.Set("before", IdTimes.First(before))),
            ],
            Durability.Synced, cancellationToken).ConfigureAwait(false))[0];

    public Task<int> RemoveAuditAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        RemoveAsync(DeleteAudit, before, limit, cancellationToken);

    public Task<int> RemoveDeadLettersAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        RemoveAsync(DeleteDeadLetters, before, limit, cancellationToken);

    private async Task<int> RemoveAsync(Statement statement, DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        (await database.ExecuteAsync(
            [new Call(statement, parameters => parameters.Set("before", IdTimes.First(before)).Set("limit", limit))],
            Durability.Synced, cancellationToken).ConfigureAwait(false))[0];
}
