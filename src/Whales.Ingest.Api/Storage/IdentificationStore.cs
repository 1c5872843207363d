using System.Text.Json;
using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>The job table in SQLite or PostgreSQL.</summary>
internal sealed class IdentificationStore(StoreDatabase database, TimeProvider time) : IIdentificationStore, IAsyncDisposable
{
    private readonly IdentificationSql _sql = new(database);

    public Task MigrateAsync(CancellationToken cancellationToken) =>
        database.MigrateAsync(connection => Migrations.ApplyAsync(connection, time, cancellationToken), cancellationToken);

    public Task InsertAsync(IReadOnlyList<IdentificationRow> rows, CancellationToken cancellationToken)
    {
        var calls = new List<Call>(rows.Count + 1);
        foreach (var row in rows)
        {
            calls.Add(new Call(_sql.Insert, parameters => IdentificationColumns.Set(parameters, row)));
            if (row.IdempotencyKey is { } key)
                calls.Add(OnClaim(_sql.FinishClaim, row.Owner, key, row.Id, parameters => parameters.Set("fingerprint", row.Fingerprint)));
        }

        return ExecuteAsync(calls, Durability.Synced, cancellationToken);
    }

    public async Task<IdentificationRow?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.ReadAsync(new Call(_sql.Find, parameters => parameters.Set("id", id)), IdentificationColumns.Read, cancellationToken)
            .ConfigureAwait(false)).SingleOrDefault();

    public async Task<IReadOnlyList<IdentificationRow>> ListAsync(IdentificationFilter filter, CancellationToken cancellationToken)
    {
        var call = new Call(_sql.List(filter), parameters =>
        {
            if (filter.Status is { } status)
                parameters.Set("status", RowText.Of(status));
            if (filter.Model is { } model)
                parameters.Set("model", model);
            if (filter.BatchId is { } batch)
                parameters.Set("batch_id", batch);
            if (filter.Code is { } code)
                parameters.Set("code", code);
            if (filter.Before is { } before)
                parameters.Set("before", before);
            if (filter.After is { } after)
                parameters.Set("after", after);
            if (filter.Owner is { } owner)
                parameters.Set("owner", owner);
            parameters.Set("limit", filter.Limit);
        });
        return await database.ReadAsync(call, IdentificationColumns.Read, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<IdentificationRow>> LeaseUnsentAsync(
        Lane lane, int limit, DateTimeOffset now, DateTimeOffset leaseUntil, CancellationToken cancellationToken)
    {
        var call = new Call(_sql.LeaseUnsent, parameters => parameters.Set("lane", RowText.Of(lane)).Set("now", now).Set("leased_until", leaseUntil).Set("limit", limit));
        var rows = await database.ChangeAsync(call, IdentificationColumns.Read, Durability.Relaxed, cancellationToken).ConfigureAwait(false);
        // An update returns its rows in no order.
        rows.Sort((one, other) => (one.QueuedAt, one.Id).CompareTo((other.QueuedAt, other.Id)));
        return rows;
    }

    public Task MarkSentAsync(IReadOnlyList<AttemptId> attempts, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteAsync(
            [.. attempts.OrderBy(attempt => attempt.Id).Select(attempt => new Call(_sql.MarkSent, parameters => parameters
                .Set("id", attempt.Id).Set("attempt", attempt.Attempt).Set("now", now)))],
            Durability.Relaxed,
            cancellationToken);

    public Task<int> MarkUnsentAsync(string model, Lane lane, DateTimeOffset sentBefore, CancellationToken cancellationToken) =>
        CountChangedAsync(
            new Call(_sql.MarkModelUnsent, parameters => parameters.Set("sent_before", sentBefore).Set("model", model).Set("lane", RowText.Of(lane))),
            cancellationToken);

    public Task<int> MarkAllUnsentAsync(DateTimeOffset sentBefore, CancellationToken cancellationToken) =>
        CountChangedAsync(new Call(_sql.MarkUnsent, parameters => parameters.Set("sent_before", sentBefore)), cancellationToken);

    public async Task<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<Completion> completions, CancellationToken cancellationToken)
    {
        // In the order of the ids, so that two lists with the same rows cannot wait for each other; equal ones stay in their order.
        int[] order = [.. Enumerable.Range(0, completions.Count).OrderBy(i => completions[i].Attempt.Id)];
        var counts = await ExecuteAsync(
            [
                .. order.Select(i => Complete(completions[i])),
                .. order.Select(i => FaultStore.CallFor(completions[i])).OfType<Call>(),
                .. database.Tell([.. completions.Select(completion => completion.Attempt.Id)]),
            ],
            Durability.Synced,
            cancellationToken).ConfigureAwait(false);
        var changed = new bool[completions.Count];
        for (var i = 0; i < order.Length; i++)
            changed[order[i]] = counts[i] > 0;
        return changed;
    }

    public async Task<(IdentificationRow Row, bool Changed)?> RetryAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var call = new Call(_sql.Retry, parameters => parameters.Set("id", id).Set("now", now));
        var rows = await database.ChangeAsync(call, IdentificationColumns.Read, Durability.Synced, cancellationToken).ConfigureAwait(false);
        if (rows.Count > 0)
            return (rows[0], true);
        return await FindAsync(id, cancellationToken).ConfigureAwait(false) is { } row ? (row, false) : null;
    }

    public async Task<IReadOnlyList<AttemptId>> ExpireAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        await database.ChangeAsync(
            new Call(_sql.Expire, parameters => parameters.Set("now", now).Set("limit", limit)),
            fields => new AttemptId(fields.Id(), (int)fields.Number()),
            Durability.Synced,
            cancellationToken).ConfigureAwait(false);

    public async Task<IdentificationRow?> DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } row)
            return null;
        return await DeleteAsync(row, new Call(_sql.Delete, parameters => parameters.Set("id", id)), cancellationToken).ConfigureAwait(false) ? row : null;
    }

    public Task<bool> DeleteUnchangedAsync(IdentificationRow row, CancellationToken cancellationToken) => DeleteAsync(
        row,
        new Call(_sql.DeleteUnchanged, parameters => parameters.Set("id", row.Id).Set("attempt", row.Attempt).Set("status", RowText.Of(row.Status))),
        cancellationToken);

    private async Task<bool> DeleteAsync(IdentificationRow row, Call delete, CancellationToken cancellationToken)
    {
        var calls = new List<Call> { delete, FaultStore.DeleteCall(row.Id), DeadLetterStore.DeleteCall(row.Id) };
        if (row.IdempotencyKey is { } key)
            calls.Add(OnClaim(_sql.DeleteClaim, row.Owner, key, row.Id));
        return (await ExecuteAsync(calls, Durability.Synced, cancellationToken).ConfigureAwait(false))[0] > 0;
    }

    public async Task<IReadOnlySet<string>> KnownImageKeysAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var call = new Call(_sql.KnownImageKeys, parameters => parameters.Set("keys", JsonSerializer.Serialize(keys)));
        var known = await database.ReadAsync(call, fields => fields.Text(), cancellationToken).ConfigureAwait(false);
        return known.ToHashSet(StringComparer.Ordinal);
    }

    public async Task<IReadOnlyList<WaitingCount>> CountWaitingAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            new Call(_sql.CountWaiting, _ => { }),
            fields => new WaitingCount(fields.Text(), RowText.Lane(fields.Text()), (int)fields.Number(), (int)fields.Number(), fields.Time()),
            cancellationToken).ConfigureAwait(false);

    public async Task<IdempotencyClaim> ClaimAsync(
        IdempotencyClaim claim, DateTimeOffset staleBefore, DateTimeOffset forgetBefore, CancellationToken cancellationToken)
    {
        var take = OnClaim(_sql.Claim, claim.Owner, claim.Key, claim.IdentificationId, parameters => parameters
            .Set("created_at", claim.CreatedAt).Set("fingerprint", claim.Fingerprint)
            .Set("stale_before", staleBefore).Set("forget_before", forgetBefore));
        var find = new Call(_sql.FindClaim, parameters => parameters.Set("owner", claim.Owner).Set("key", claim.Key));
        while (true)
        {
            // Relaxed, since the row's commit will take the claim to the disk with it.
            var claims = await database.ChangeAsync(take, ReadClaim, Durability.Relaxed, cancellationToken).ConfigureAwait(false);
            if (claims.Count == 0)
                claims = await database.ReadAsync(find, ReadClaim, cancellationToken).ConfigureAwait(false);
            // Neither when the earlier claim was released between the two.
            if (claims.Count > 0)
                return claims[0];
        }
    }

    public Task ReleaseClaimAsync(IdempotencyClaim claim, CancellationToken cancellationToken) =>
        ExecuteAsync([OnClaim(_sql.ReleaseClaim, claim.Owner, claim.Key, claim.IdentificationId)], Durability.Relaxed, cancellationToken);

    public Task CheckAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(new Call(_sql.Check, _ => { }), fields => fields.Number(), cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static Call OnClaim(Statement statement, string owner, string key, Guid id, Action<Parameters>? more = null) =>
        new(statement, parameters =>
        {
            parameters.Set("owner", owner).Set("key", key).Set("id", id);
            more?.Invoke(parameters);
        });

    private static IdempotencyClaim ReadClaim(Fields fields) =>
        new(fields.Text(), fields.Text(), fields.Id(), fields.Time(), fields.TextOrNull());

    private Call Complete(Completion completion)
    {
        if (completion.Status == IdentificationStatus.Queued)
            throw new ArgumentException($"{completion.Attempt.Id} cannot be completed as queued.", nameof(completion));
        return new Call(_sql.Complete, parameters => parameters
            .Set("id", completion.Attempt.Id)
            .Set("attempt", completion.Attempt.Attempt)
            .Set("status", RowText.Of(completion.Status))
            .Set("completed_at", completion.CompletedAt)
            .Set("model_version", completion.ModelVersion)
            .Set("catalogue_version", completion.CatalogueVersion)
            .Set("result_json", RowJson.Write(completion.Result, RowJson.Default.IdentificationResult))
            .Set("error_json", RowJson.Write(completion.Error, RowJson.Default.IdentificationError))
            .Set("error_code", completion.Error?.Code)
            .Set("timings_json", RowJson.Write(completion.Timings, RowJson.Default.Timings))
            .Set("worker", completion.Worker));
    }

    private async Task<int> CountChangedAsync(Call call, CancellationToken cancellationToken) =>
        (await database.ExecuteAsync([call], Durability.Relaxed, cancellationToken).ConfigureAwait(false))[0];

    private Task<int[]> ExecuteAsync(List<Call> calls, Durability durability, CancellationToken cancellationToken) =>
        calls.Count == 0 ? Task.FromResult(Array.Empty<int>()) : database.ExecuteAsync(calls, durability, cancellationToken);
}
