namespace Whales.Ingest.Api.Storage;

/// <summary>The statements of <see cref="EmbeddingStore"/>.</summary>
internal sealed class EmbeddingSql(StoreDatabase database)
{
    public Statement QueueUnseen { get; } = new("""
        insert into photo_embeddings (photo_id, model, model_version, status, attempt, queued_at)
        select id, @model, @model_version, 'queued', 1, @now from individual_photos
        where not exists (select 1 from photo_embeddings where photo_id = individual_photos.id and model = @model)
        on conflict (photo_id, model) do nothing
        """);

    public Statement QueueOutdated { get; } = new("""
        update photo_embeddings set model_version = @model_version, status = 'queued', attempt = attempt + 1, queued_at = @now, sent_at = null,
            leased_until = null, completed_at = null, error_code = null, error_message = null
        where model = @model and model_version <> @model_version
        """);

    public Statement CountUnderWay { get; } = new(
        "select count(*) from photo_embeddings where model = @model and status = 'queued' and sent_at is not null");

    public Statement LeaseUnsent { get; } = new($"""
        with due as materialized (
            select photo_id from photo_embeddings
            where model = @model and status = 'queued' and sent_at is null and model_version = @model_version and (leased_until is null or leased_until <= @now)
            order by queued_at, photo_id limit @limit {database.ForUpdate} {database.SkipLocked})
        update photo_embeddings set leased_until = @leased_until
        where model = @model and photo_id in (select photo_id from due) and exists (select 1 from individual_photos where id = photo_embeddings.photo_id)
        returning photo_id, attempt, queued_at,
            (select image_key from individual_photos where id = photo_embeddings.photo_id),
            (select region_json from individual_photos where id = photo_embeddings.photo_id)
        """);

    /// <summary>Only under its own lease: an answer that came sooner may have had it sent again.</summary>
    public Statement MarkSent { get; } = new("""
        update photo_embeddings set sent_at = @now, leased_until = null
        where photo_id = @photo_id and model = @model and attempt = @attempt and status = 'queued' and leased_until = @leased_until
        """);

    public Statement MarkUnsent { get; } = new("""
        update photo_embeddings set sent_at = null, leased_until = null
        where model = @model and status = 'queued' and sent_at < @sent_before
        """);

    /// <summary>Its lock on the state keeps a removal of the photo waiting until the row is there to be removed with it.</summary>
    public Statement AddRow { get; } = new($"""
        insert into catalogue_rows (id, model, model_version, individual_id, photo_id, embedding, published)
        select @row_id, e.model, e.model_version, p.individual_id, p.id, @embedding, 0
        from photo_embeddings e join individual_photos p on p.id = e.photo_id
        where e.photo_id = @photo_id and e.model = @model and e.model_version = @model_version and e.status = 'queued' {database.ForUpdate}
        """);

    public Statement MarkEmbedded { get; } = new("""
        update photo_embeddings set status = 'embedded', completed_at = @at, leased_until = null
        where photo_id = @photo_id and model = @model and model_version = @model_version and status = 'queued'
        """);

    public Statement AskAgain { get; } = new("""
        update photo_embeddings set sent_at = null, leased_until = @leased_until
        where photo_id = @photo_id and model = @model and model_version <> @model_version and status = 'queued'
        """);

    public Statement MarkFailed { get; } = new("""
        update photo_embeddings set status = 'failed', completed_at = @at, error_code = @error_code, error_message = @error_message, leased_until = null
        where photo_id = @photo_id and model = @model and (attempt = @attempt or @attempt = 0) and status = 'queued'
        """);

    public Statement Count { get; } = new("select model, status, count(*) from photo_embeddings group by model, status order by model, status");
}
