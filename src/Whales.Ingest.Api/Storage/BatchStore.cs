using System.Text.Json;
using System.Text.Json.Serialization;
using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>Batches, and what is done to all photos of one. Progress is counted from the photos' own rows: there is no second truth to keep.</summary>
internal sealed class BatchStore(StoreDatabase database)
{
    // Photos in one statement: its text is a few hundred kilobytes.
    private const int PhotosAStatement = 500;

    private readonly BatchSql _sql = new(database);

    /// <summary>Inserts the batch and all its photos, in one commit; durable when this returns.</summary>
    /// <returns>False when the idempotency key has passed to another upload; then nothing is inserted.</returns>
    public async Task<bool> InsertAsync(NewBatch batch, IReadOnlyList<BatchPhoto> photos, CancellationToken cancellationToken)
    {
        var row = batch.Row;
        var calls = new List<Call>();
        if (row.IdempotencyKey is { } key)
            calls.Add(new Call(_sql.FinishClaim, p => p.Set("owner", row.Owner).Set("key", key).Set("id", row.Id).Set("fingerprint", batch.Fingerprint)));
        var inserted = calls.Count;
        calls.Add(new Call(_sql.Insert, parameters => parameters
            .Set("id", row.Id).Set("owner", row.Owner).Set("model", row.Model).Set("file_name", row.FileName)
            .Set("total", row.Total).Set("rejected_count", row.RejectedCount)
            .Set("region_json", RowJson.Write(row.Region, RowJson.Default.Region))
            .Set("created_at", row.CreatedAt).Set("expires_at", row.ExpiresAt).Set("key", row.IdempotencyKey)
            .Set("rejected_json", row.Rejected is { Count: > 0 } rejected ? JsonSerializer.Serialize(rejected, BatchJson.Default.IReadOnlyListRejectedEntry) : null)));
        foreach (var part in photos.Chunk(PhotosAStatement))
        {
            calls.Add(new Call(_sql.InsertPhotos, parameters => parameters
                .Set("owner", row.Owner).Set("model", row.Model).Set("lane", RowText.Of(batch.Lane))
                .Set("region_json", RowJson.Write(row.Region, RowJson.Default.Region))
                .Set("batch_id", row.Id).Set("created_at", row.CreatedAt).Set("expires_at", row.ExpiresAt).Set("trace_parent", batch.TraceParent)
                .Set("photos", JsonSerializer.Serialize(Array.ConvertAll(part, PhotoRecord.Of), BatchJson.Default.PhotoRecordArray))));
        }

        var changed = await database.ExecuteAsync(calls, Durability.Synced, cancellationToken).ConfigureAwait(false);
        return changed[inserted] > 0;
    }

    public async Task<BatchRow?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            new Call(_sql.Find, parameters => parameters.Set("id", id)),
            fields => Read(fields) with
            {
                Rejected = fields.TextOrNull() is { } json ? JsonSerializer.Deserialize(json, BatchJson.Default.IReadOnlyListRejectedEntry) : [],
            },
            cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    /// <summary>Newest first, without their rejected files; only those of <paramref name="owner"/>, unless it is null.</summary>
    public async Task<IReadOnlyList<BatchRow>> ListAsync(string? owner, Guid? before, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            before is { } id
                ? new Call(_sql.ListBefore, parameters => parameters.Set("owner", owner).Set("before", id).Set("limit", limit))
                : new Call(_sql.List, parameters => parameters.Set("owner", owner).Set("limit", limit)),
            Read,
            cancellationToken).ConfigureAwait(false);

    /// <summary>The batch of an idempotency key, without its rejected files.</summary>
    public async Task<BatchRow?> FindByKeyAsync(string owner, string key, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            new Call(_sql.FindByKey, parameters => parameters.Set("owner", owner).Set("key", key)), Read, cancellationToken)
            .ConfigureAwait(false)).SingleOrDefault();

    /// <summary>Counts; null when there is no such batch.</summary>
    public async Task<BatchProgress?> FindProgressAsync(Guid id, CancellationToken cancellationToken)
    {
        var counts = await database.ReadAsync(
            new Call(_sql.Progress, parameters => parameters.Set("id", id)),
            fields =>
            {
                var total = (int)fields.Number();
                // A batch without photos has one line without a status.
                return (Total: total, Count: fields.TextOrNull() is { } status ? ReadCount(RowText.Status(status), fields) : null);
            },
            cancellationToken).ConfigureAwait(false);
        return counts.Count == 0 ? null : BatchProgress.Of(counts[0].Total, counts.Select(count => count.Count).OfType<StatusCount>());
    }

    public async Task<IReadOnlyList<BatchProgress>> ProgressOfAsync(IReadOnlyList<BatchRow> batches, CancellationToken cancellationToken)
    {
        if (batches.Count == 0)
            return [];
        var ids = JsonSerializer.Serialize([.. batches.Select(batch => new IdRecord(batch.Id.ToString("n")))], BatchJson.Default.IdRecordArray);
        var counts = await database.ReadAsync(
            new Call(_sql.ProgressOfMany, parameters => parameters.Set("ids", ids)),
            fields => (Id: fields.Id(), Count: ReadCount(RowText.Status(fields.Text()), fields)),
            cancellationToken).ConfigureAwait(false);
        var byBatch = counts.ToLookup(count => count.Id, count => count.Count);
        return [.. batches.Select(batch => BatchProgress.Of(batch.Total, byBatch[batch.Id]))];
    }

    /// <summary>The next photos of a batch in the order in which they were sent.</summary>
    public async Task<IReadOnlyList<IdentificationRow>> PhotosAsync(Guid id, Guid? after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            after is { } last
                ? new Call(_sql.PhotosAfter, parameters => parameters.Set("id", id).Set("after", last).Set("limit", limit))
                : new Call(_sql.Photos, parameters => parameters.Set("id", id).Set("limit", limit)),
            IdentificationColumns.Read,
            cancellationToken).ConfigureAwait(false);

    /// <summary>Cancels at most <paramref name="limit"/> queued photos of the batch.</summary>
    /// <returns>The attempts that this call canceled.</returns>
    public async Task<IReadOnlyList<AttemptId>> CancelAsync(Guid id, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        await database.ChangeAsync(
            new Call(_sql.Cancel, parameters => parameters.Set("id", id).Set("now", now).Set("limit", limit)),
            fields => new AttemptId(fields.Id(), (int)fields.Number()),
            Durability.Synced,
            cancellationToken).ConfigureAwait(false);

    /// <summary>Removes the rows of at most <paramref name="limit"/> photos of the batch.</summary>
    public async Task<IReadOnlyList<RemovedPhoto>> DeletePhotosAsync(Guid id, int limit, CancellationToken cancellationToken) =>
        await database.ChangeAsync(
            new Call(_sql.DeletePhotos, parameters => parameters.Set("id", id).Set("limit", limit)),
            fields => new RemovedPhoto(new AttemptId(fields.Id(), (int)fields.Number()), RowText.Status(fields.Text()), fields.Text()),
            Durability.Synced,
            cancellationToken).ConfigureAwait(false);

    /// <summary>Removes a batch that has no photos any more, and its idempotency key.</summary>
    /// <returns>False when there was none.</returns>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        void Bind(Parameters parameters) => parameters.Set("id", id);
        return (await database.ExecuteAsync([new Call(_sql.DeleteClaim, Bind), new Call(_sql.Delete, Bind)], Durability.Synced, cancellationToken)
            .ConfigureAwait(false))[1] > 0;
    }

    /// <summary>
    /// Claims an idempotency key. A claim that its upload has not renewed since <paramref name="staleBefore"/>, or whose batch is older than
    /// <paramref name="forgetBefore"/>, is taken over.
    /// </summary>
    /// <returns>The claim that holds: the caller's own, or the earlier one.</returns>
    public async Task<BatchClaim> ClaimAsync(
        BatchClaim claim, DateTimeOffset now, DateTimeOffset staleBefore, DateTimeOffset forgetBefore, CancellationToken cancellationToken)
    {
        var take = OnClaim(_sql.Claim, claim, parameters => parameters
            .Set("now", now).Set("stale_before", staleBefore).Set("forget_before", forgetBefore));
        var find = new Call(_sql.FindClaim, parameters => parameters.Set("owner", claim.Owner).Set("key", claim.Key));
        while (true)
        {
            var claims = await database.ChangeAsync(take, ReadClaim, Durability.Relaxed, cancellationToken).ConfigureAwait(false);
            if (claims.Count == 0)
                claims = await database.ReadAsync(find, ReadClaim, cancellationToken).ConfigureAwait(false);
            // Neither when the earlier claim was released between the two.
            if (claims.Count > 0)
                return claims[0];
        }
    }

    public Task RenewClaimAsync(BatchClaim claim, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ExecuteAsync([OnClaim(_sql.RenewClaim, claim, parameters => parameters.Set("now", now))], Durability.Relaxed, cancellationToken);

    /// <summary>Gives up a claim whose batch was refused.</summary>
    public Task ReleaseClaimAsync(BatchClaim claim, CancellationToken cancellationToken) =>
        database.ExecuteAsync([OnClaim(_sql.ReleaseClaim, claim)], Durability.Relaxed, cancellationToken);

    private static Call OnClaim(Statement statement, BatchClaim claim, Action<Parameters>? more = null) => new(statement, parameters =>
    {
        parameters.Set("owner", claim.Owner).Set("key", claim.Key).Set("id", claim.BatchId);
        more?.Invoke(parameters);
    });

    private static BatchClaim ReadClaim(Fields fields) => new(fields.Text(), fields.Text(), fields.Id(), fields.TextOrNull());

    private static StatusCount ReadCount(IdentificationStatus status, Fields fields) =>
        new(status, (int)fields.Number(), fields.Number(), fields.TimeOrNull());

    private static BatchRow Read(Fields fields) => new()
    {
        Id = fields.Id(),
        Owner = fields.Text(),
        Model = fields.Text(),
        FileName = fields.TextOrNull(),
        Total = (int)fields.Number(),
        RejectedCount = (int)fields.Number(),
        Region = RowJson.Read(fields.TextOrNull(), RowJson.Default.Region),
        CreatedAt = fields.Time(),
        ExpiresAt = fields.TimeOrNull(),
        IdempotencyKey = fields.TextOrNull(),
    };
}

/// <summary>A photo whose row is gone and whose file is to follow.</summary>
internal sealed record RemovedPhoto(AttemptId Attempt, IdentificationStatus Status, string ImageKey);

internal sealed record IdRecord([property: JsonPropertyName("id")] string Id);

/// <summary>A photo as the insert reads it; the names are those of its statement.</summary>
internal sealed record PhotoRecord(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("image_key")] string ImageKey,
    [property: JsonPropertyName("content_type")] string ContentType,
    [property: JsonPropertyName("bytes")] long Bytes,
    [property: JsonPropertyName("sha256")] string Sha256,
    [property: JsonPropertyName("file_name")] string? FileName)
{
    public static PhotoRecord Of(BatchPhoto photo) =>
        new(photo.Id.ToString("n"), photo.ImageKey, photo.ContentType, photo.Bytes, photo.Sha256, photo.FileName);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<RejectedEntry>))]
[JsonSerializable(typeof(PhotoRecord[]))]
[JsonSerializable(typeof(IdRecord[]))]
internal sealed partial class BatchJson : JsonSerializerContext;
