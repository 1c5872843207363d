namespace Whales.Ingest.Api.Storage;

/// <summary>The statements of <see cref="CatalogueStore"/>.</summary>
internal sealed class CatalogueSql(StoreDatabase database)
{
    private const string Head = "model, model_version, shipped, dimensions, version, head_json";
    private const string Row = "id, individual_id, embedding";

    public Statement Open { get; } = new(
        "insert into catalogue_heads (model, model_version, version) values (@model, @model_version, 0) on conflict (model) do nothing");

    // Everything is made anew: embeddings of another version of the model cannot be compared.
    public Statement ChangeModelVersion { get; } = new("""
        update catalogue_heads set model_version = @model_version, shipped = null, dimensions = null, head_json = null
        where model = @model and model_version <> @model_version
        """);

    public Statement DropOtherVersions { get; } = new("delete from catalogue_rows where model = @model and model_version <> @model_version");

    public Statement Heads { get; } = new($"select {Head} from catalogue_heads order by model");

    public Statement Lease { get; } = new($"""
        update catalogue_heads set leased_by = @me, leased_until = @until
        where model = @model and model_version = @model_version and shipped is not null and (leased_until is null or leased_until <= @now or leased_by = @me)
        returning {Head}
        """);

    public Statement Release { get; } = new("update catalogue_heads set leased_until = null where model = @model and leased_by = @me");

    public Statement HasNews { get; } = new("""
        select version from catalogue_heads where model = @model and model_version = @model_version and shipped is not null and (head_json is null
            or exists (select 1 from catalogue_rows where model = @model and published = 0)
            or exists (select 1 from catalogue_changes where model = @model))
        """);

    public Statement Changes { get; } = new(
        "select id, removed_row, individual_id from catalogue_changes where model = @model order by id limit @limit");

    public Statement Unpublished { get; } = new(
        $"select {Row} from catalogue_rows where model = @model and published = 0 and model_version = @model_version order by id limit @limit");

    public Statement Rows { get; } = new($"""
        select {Row} from catalogue_rows
        where model = @model and model_version = @model_version and published >= @published and (individual_id, id) > (@individual_id, @id)
        order by individual_id, id limit @limit
        """);

    public Statement Individuals { get; } = new(
        $"select id, name, species from individuals where id in ({database.SelectMembers("@ids")})");

    public Statement Commit { get; } = new("""
        update catalogue_heads set version = @version, head_json = @head_json
        where model = @model and version = @before and leased_by = @me and model_version = @model_version
        """);

    public Statement MarkPublished { get; } = new($"""
        update catalogue_rows set published = 1 where id in ({database.SelectIds("@ids")})
            and exists (select 1 from catalogue_heads where model = @model and version = @version and leased_by = @me)
        """);

    public Statement DropChanges { get; } = new($"""
        delete from catalogue_changes where id in ({database.SelectIds("@ids")})
            and exists (select 1 from catalogue_heads where model = @model and version = @version and leased_by = @me)
        """);

    public Statement UseSegments { get; } = new($"""
        update catalogue_segments set retired_at = null where key in ({database.SelectMembers("@keys")})
            and exists (select 1 from catalogue_heads where model = @model and version = @version and leased_by = @me)
        """);

    public Statement RetireSegments { get; } = new($"""
        update catalogue_segments set retired_at = @now where key in ({database.SelectMembers("@keys")})
            and exists (select 1 from catalogue_heads where model = @model and version = @version and leased_by = @me)
        """);

    public Statement ReserveSegment { get; } = new("insert into catalogue_segments (key, model, retired_at) values (@key, @model, @now)");

    public Statement RetiredSegments { get; } = new(
        "select key from catalogue_segments where retired_at is not null and retired_at < @before order by retired_at limit @limit");

    public Statement ForgetSegment { get; } = new("delete from catalogue_segments where key = @key");

    public Statement AddShippedIndividual { get; } = new("""
        insert into individuals (id, name, species, search_text, created_at, updated_at)
        select @id, @name, @species, @search_text, @now, @now where not exists (select 1 from deleted_individuals where id = @id)
        on conflict (id) do nothing
        """);

    public Statement AddShippedRow { get; } = new($"""
        insert into catalogue_rows (id, model, model_version, individual_id, shipped, embedding, published)
        select @id, @model, @model_version, i.id, @shipped, @embedding, 0 from individuals i
        where i.id = @individual_id and not exists (select 1 from deleted_individuals where id = @individual_id) {database.ForUpdate}
        on conflict (id) do nothing
        """);

    public Statement TellShippedGone { get; } = new("""
        insert into catalogue_changes (id, model, removed_row) select id, model, id from catalogue_rows
        where model = @model and shipped is not null and shipped <> @shipped on conflict (id) do nothing
        """);

    public Statement DropShipped { get; } = new("delete from catalogue_rows where model = @model and shipped is not null and shipped <> @shipped");

    public Statement FinishShipped { get; } = new(
        "update catalogue_heads set shipped = @shipped, dimensions = @dimensions where model = @model and model_version = @model_version");

    public Statement Count { get; } = new(
        "select model, count(distinct individual_id), count(*) from catalogue_rows group by model order by model");
}
