namespace Whales.Ingest.Api.Storage;

/// <summary>The statements of <see cref="BatchStore"/>.</summary>
internal sealed class BatchSql(StoreDatabase database)
{
    private const string Columns = "id, owner, model, file_name, total, rejected_count, region_json, created_at, expires_at, idempotency_key";

    /// <summary>First of its transaction: the row stays locked until the batch is there.</summary>
    public Statement FinishClaim { get; } = new("""
        update batch_claims set fingerprint = @fingerprint
        where owner = @owner and idempotency_key = @key and batch_id = @id and fingerprint is null
        """);

    /// <summary>Inserts nothing when the claim has passed to another upload.</summary>
    public Statement Insert { get; } = new($"""
        insert into batches ({Columns}, rejected_json)
        select @id, @owner, @model, @file_name, @total, @rejected_count, @region_json, @created_at, @expires_at, @key, @rejected_json
        where @key is null or exists (select 1 from batch_claims where owner = @owner and idempotency_key = @key and batch_id = @id)
        """);

    public Statement InsertPhotos { get; } = new($"""
        insert into identifications
            (id, owner, attempt, model, status, lane, image_key, content_type, image_bytes, sha256, file_name, region_json, batch_id,
             created_at, queued_at, expires_at, trace_parent)
        select photo.id, @owner, 1, @model, 'queued', @lane, photo.image_key, photo.content_type, photo.bytes, photo.sha256, photo.file_name, @region_json,
            @batch_id, @created_at, @created_at, @expires_at, @trace_parent
        from ({database.SelectRecords("@photos", ("id", RecordType.Id), ("image_key", RecordType.Text), ("content_type", RecordType.Text), ("bytes", RecordType.Number), ("sha256", RecordType.Text), ("file_name", RecordType.Text))}) as photo
        where exists (select 1 from batches where id = @batch_id)
        """);

    public Statement Find { get; } = new($"select {Columns}, rejected_json from batches where id = @id");

    public Statement List { get; } = new($"select {Columns} from batches where (@owner is null or owner = @owner) order by id desc limit @limit");

    public Statement ListBefore { get; } = new($"select {Columns} from batches where id < @before and (@owner is null or owner = @owner) order by id desc limit @limit");

    public Statement FindByKey { get; } = new($"""
        select {Columns} from batches
        where id = (select batch_id from batch_claims where owner = @owner and idempotency_key = @key)
        """);

    public Statement Progress { get; } = new("""
        select batches.total, photo.status, count(photo.status), cast(coalesce(sum(photo.attempt), 0) as bigint), max(photo.completed_at)
        from batches left join identifications photo on photo.batch_id = batches.id
        where batches.id = @id
        group by batches.total, photo.status
        """);

    public Statement ProgressOfMany { get; } = new($"""
        select batch_id, status, count(*), cast(sum(attempt) as bigint), max(completed_at)
        from identifications
        where batch_id in ({database.SelectRecords("@ids", ("id", RecordType.Id))})
        group by batch_id, status
        """);

    public Statement Photos { get; } = new(
        $"select {IdentificationColumns.All} from identifications where batch_id = @id order by id limit @limit");

    public Statement PhotosAfter { get; } = new(
        $"select {IdentificationColumns.All} from identifications where batch_id = @id and id > @after order by id limit @limit");

    public Statement Cancel { get; } = new($"""
        with waiting as materialized (
            select id from identifications where batch_id = @id and status = 'queued' order by id limit @limit {database.ForUpdate})
        update identifications set status = 'canceled', completed_at = @now, leased_until = null where id in (select id from waiting)
        returning id, attempt
        """);

    public Statement DeletePhotos { get; } = new($"""
        with chosen as materialized (
            select id from identifications where batch_id = @id order by id limit @limit {database.ForUpdate})
        delete from identifications where id in (select id from chosen)
        returning id, attempt, status, image_key
        """);

    public Statement DeleteClaim { get; } = new("delete from batch_claims where batch_id = @id and fingerprint is not null");

    public Statement Delete { get; } = new(
        "delete from batches where id = @id and not exists (select 1 from identifications where batch_id = @id)");

    /// <summary>Returns no row when an earlier claim holds.</summary>
    public Statement Claim { get; } = new("""
        insert into batch_claims (owner, idempotency_key, batch_id, renewed_at, fingerprint) values (@owner, @key, @id, @now, null)
        on conflict (owner, idempotency_key) do update
        set batch_id = excluded.batch_id, renewed_at = excluded.renewed_at, fingerprint = null
        where (batch_claims.fingerprint is null and batch_claims.renewed_at < @stale_before)
            or exists (select 1 from batches where id = batch_claims.batch_id and created_at < @forget_before)
        returning owner, idempotency_key, batch_id, fingerprint
        """);

    public Statement FindClaim { get; } = new(
        "select owner, idempotency_key, batch_id, fingerprint from batch_claims where owner = @owner and idempotency_key = @key");

    public Statement RenewClaim { get; } = new(
        "update batch_claims set renewed_at = @now where owner = @owner and idempotency_key = @key and batch_id = @id and fingerprint is null");

    public Statement ReleaseClaim { get; } = new(
        "delete from batch_claims where owner = @owner and idempotency_key = @key and batch_id = @id and fingerprint is null");
}
