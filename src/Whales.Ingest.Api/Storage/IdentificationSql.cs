namespace Whales.Ingest.Api.Storage;

/// <summary>The statements of <see cref="IdentificationStore"/>.</summary>
internal sealed class IdentificationSql(StoreDatabase database)
{
    private readonly Statement?[] _lists = new Statement?[1 << 7];

    public Statement Insert { get; } = new(IdentificationColumns.Insert);

    public Statement Find { get; } = new($"select {IdentificationColumns.All} from identifications where id = @id");

    public Statement LeaseUnsent { get; } = new($"""
        with due as materialized (
            select id from identifications
            where status = 'queued' and lane = @lane and sent_at is null and (leased_until is null or leased_until <= @now)
            order by queued_at, id limit @limit {database.ForUpdate} {database.SkipLocked})
        update identifications set leased_until = @leased_until where id in (select id from due)
        returning {IdentificationColumns.All}
        """);

    public Statement MarkSent { get; } = new(
        "update identifications set sent_at = @now, leased_until = null where id = @id and attempt = @attempt and status = 'queued'");

    // Rows are locked in the order of their ids, as every list is, so that two lists cannot wait for each other.
    public Statement MarkUnsent { get; } = new($"""
        with lost as materialized (
            select id from identifications where status = 'queued' and (sent_at < @sent_before or leased_until is not null)
            order by id {database.ForUpdate})
        update identifications set sent_at = null, leased_until = null where id in (select id from lost)
        """);

    public Statement MarkModelUnsent { get; } = new($"""
        with lost as materialized (
            select id from identifications where status = 'queued' and model = @model and lane = @lane and sent_at < @sent_before
            order by id {database.ForUpdate})
        update identifications set sent_at = null, leased_until = null where id in (select id from lost)
        """);

    public Statement Complete { get; } = new("""
        update identifications
        set status = @status, completed_at = @completed_at, model_version = @model_version, catalogue_version = @catalogue_version,
            result_json = @result_json, error_json = @error_json, error_code = @error_code, timings_json = @timings_json,
            worker = @worker, leased_until = null
        where id = @id and attempt = @attempt and status = 'queued'
        """);

    /// <summary>What a retry does to a row, without its conditions.</summary>
    public const string QueueAgain = """
        update identifications
        set attempt = attempt + 1, status = 'queued', queued_at = @now, completed_at = null, sent_at = null, leased_until = null,
            model_version = null, catalogue_version = null, result_json = null, error_json = null, error_code = null,
            timings_json = null, worker = null, expires_at = case when expires_at <= @now then null else expires_at end
        """;

    public Statement Retry { get; } = new($"""
        {QueueAgain}
        where id = @id and status in ('failed', 'canceled', 'expired') and photo_removed_at is null
        returning {IdentificationColumns.All}
        """);

    public Statement Expire { get; } = new($"""
        with late as materialized (
            select id from identifications where status = 'queued' and expires_at is not null and expires_at <= @now
            order by expires_at limit @limit {database.ForUpdate} {database.SkipLocked})
        update identifications set status = 'expired', completed_at = @now, leased_until = null where id in (select id from late)
        returning id, attempt
        """);

    public Statement Delete { get; } = new("delete from identifications where id = @id");

    public Statement DeleteUnchanged { get; } = new("delete from identifications where id = @id and attempt = @attempt and status = @status");

    /// <summary>Photos of the catalogue lie in the same store.</summary>
    public Statement KnownImageKeys { get; } = new($"""
        select image_key from identifications where image_key in ({database.SelectMembers("@keys")}) and photo_removed_at is null
        union select image_key from individual_photos where image_key in ({database.SelectMembers("@keys")})
        """);

    public Statement CountWaiting { get; } = new(
        "select model, lane, count(*), count(*) filter (where sent_at is null), min(queued_at) from identifications where status = 'queued' group by model, lane order by model, lane");

    /// <summary>Returns no row when an earlier claim holds. Its fingerprint, read under the row's lock, tells of a row still being committed.</summary>
    public Statement Claim { get; } = new("""
        insert into idempotency_claims (owner, idempotency_key, identification_id, created_at, fingerprint)
        values (@owner, @key, @id, @created_at, @fingerprint)
        on conflict (owner, idempotency_key) do update
        set identification_id = excluded.identification_id, created_at = excluded.created_at, fingerprint = excluded.fingerprint
        where (idempotency_claims.created_at < @stale_before and idempotency_claims.fingerprint is null
                and not exists (select 1 from identifications where id = idempotency_claims.identification_id))
            or exists (select 1 from identifications where id = idempotency_claims.identification_id and created_at < @forget_before)
        returning owner, idempotency_key, identification_id, created_at, fingerprint
        """);

    public Statement FindClaim { get; } = new("""
        select owner, idempotency_key, identification_id, created_at, fingerprint from idempotency_claims
        where owner = @owner and idempotency_key = @key
        """);

    public Statement FinishClaim { get; } = new("""
        update idempotency_claims set fingerprint = @fingerprint
        where owner = @owner and idempotency_key = @key and identification_id = @id
        """);

    /// <summary>Only one whose identification was never stored.</summary>
    public Statement ReleaseClaim { get; } = new("""
        delete from idempotency_claims
        where owner = @owner and idempotency_key = @key and identification_id = @id and fingerprint is null
        """);

    /// <summary>To run after its row was to be deleted: one that was not keeps its key.</summary>
    public Statement DeleteClaim { get; } = new("""
        delete from idempotency_claims where owner = @owner and idempotency_key = @key and identification_id = @id
            and not exists (select 1 from identifications where id = @id)
        """);

    public Statement Check { get; } = new("select max(version) from schema_migrations");

    /// <summary>A list with the conditions that the filter has; there are 128 such statements at most.</summary>
    public Statement List(IdentificationFilter filter)
    {
        string?[] conditions =
        [
            filter.Status is null ? null : "status = @status",
            filter.Model is null ? null : "model = @model",
            filter.BatchId is null ? null : "batch_id = @batch_id",
            filter.Code is null ? null : "error_code = @code",
            filter.Before is null ? null : "id < @before",
            filter.After is null ? null : "id >= @after",
            filter.Owner is null ? null : "owner = @owner",
        ];
        var which = 0;
        for (var i = 0; i < conditions.Length; i++)
            which |= conditions[i] is null ? 0 : 1 << i;
        var where = which == 0 ? "" : "where " + string.Join(" and ", conditions.Where(condition => condition is not null));
        return _lists[which] ??= new($"select {IdentificationColumns.All} from identifications {where} order by id desc limit @limit");
    }
}
