namespace Whales.Ingest.Api.Storage;

/// <summary>The statements of <see cref="IndividualStore"/>.</summary>
internal sealed class IndividualSql(StoreDatabase database)
{
    private const string Individual = "id, name, species, sex, notes, created_at, updated_at";
    private const string Photo = "id, individual_id, image_key, content_type, image_bytes, sha256, file_name, region_json, created_at";

    public Statement Insert { get; } = new("""
        insert into individuals (id, name, species, sex, notes, search_text, created_at, updated_at)
        values (@id, @name, @species, @sex, @notes, @search_text, @created_at, @updated_at)
        on conflict (id) do nothing
        """);

    public Statement Find { get; } = new($"select {Individual} from individuals where id = @id");

    public Statement List { get; } = new($"select {Individual} from individuals where id > @after order by id limit @limit");

    public Statement Search { get; } = new(
        $"select {Individual} from individuals where id > @after and search_text like @pattern escape '!' order by id limit @limit");

    public Statement Update { get; } = new("""
        update individuals set name = @name, species = @species, sex = @sex, notes = @notes, search_text = @search_text, updated_at = @updated_at
        where id = @id
        """);

    public Statement TellRenamed { get; } = new("""
        insert into catalogue_changes (id, model, individual_id) select @change, @model, @id
        where exists (select 1 from catalogue_rows where individual_id = @id and model = @model)
        """);

    public Statement Forget { get; } = new("delete from deleted_individuals where id = @id");

    // The animal first: whoever adds a photo to it holds its row. The embeddings last: whoever completes one holds its state.
    public Statement Delete { get; } = new("delete from individuals where id = @id");

    public Statement DeleteStates { get; } = new(
        "delete from photo_embeddings where photo_id in (select id from individual_photos where individual_id = @id)");

    public Statement DeletePhotos { get; } = new("delete from individual_photos where individual_id = @id");

    public Statement TellRowsGone { get; } = new(
        "insert into catalogue_changes (id, model, removed_row) select id, model, id from catalogue_rows where individual_id = @id on conflict (id) do nothing");

    public Statement DeleteRows { get; } = new("delete from catalogue_rows where individual_id = @id");

    public Statement Remember { get; } = new("insert into deleted_individuals (id, deleted_at) values (@id, @now) on conflict (id) do nothing");

    public Statement InsertPhoto { get; } = new($"""
        insert into individual_photos ({Photo})
        select @id, @individual_id, @image_key, @content_type, @image_bytes, @sha256, @file_name, @region_json, @created_at
        from individuals where id = @individual_id {database.ForUpdate}
        on conflict (individual_id, sha256) do nothing
        """);

    public Statement InsertState { get; } = new("""
        insert into photo_embeddings (photo_id, model, model_version, status, attempt, queued_at)
        select @photo_id, @model, @model_version, 'queued', 1, @now where exists (select 1 from individual_photos where id = @photo_id)
        on conflict (photo_id, model) do nothing
        """);

    public Statement TryAgain { get; } = new("""
        update photo_embeddings set status = 'queued', attempt = attempt + 1, queued_at = @now, sent_at = null, leased_until = null,
            completed_at = null, error_code = null, error_message = null
        where photo_id = @photo_id and status = 'failed'
        """);

    public Statement FindPhoto { get; } = new($"select {Photo} from individual_photos where id = @photo_id and individual_id = @individual_id");

    public Statement FindPhotoByHash { get; } = new($"select {Photo} from individual_photos where individual_id = @individual_id and sha256 = @sha256");

    public Statement ListPhotos { get; } = new($"select {Photo} from individual_photos where individual_id = @individual_id and id > @after order by id limit @limit");

    public Statement ImageKeys { get; } = new("select image_key from individual_photos where individual_id = @id");

    public Statement States { get; } = new($"""
        select photo_id, model, model_version, status, completed_at, error_code, error_message from photo_embeddings
        where photo_id in ({database.SelectIds("@ids")}) order by photo_id, model
        """);

    public Statement DeletePhotoStates { get; } = new("delete from photo_embeddings where photo_id = @photo_id");

    public Statement DeletePhoto { get; } = new("delete from individual_photos where id = @photo_id");

    public Statement TellPhotoGone { get; } = new(
        "insert into catalogue_changes (id, model, removed_row) select id, model, id from catalogue_rows where photo_id = @photo_id on conflict (id) do nothing");

    public Statement DeletePhotoRows { get; } = new("delete from catalogue_rows where photo_id = @photo_id");

    public Statement PhotoCounts { get; } = new(
        $"select individual_id, count(*) from individual_photos where individual_id in ({database.SelectMembers("@ids")}) group by individual_id");

    public Statement EmbeddingCounts { get; } = new($"""
        select individual_id, model, count(photo_id), count(*) from catalogue_rows
        where individual_id in ({database.SelectMembers("@ids")}) group by individual_id, model order by individual_id, model
        """);
}
