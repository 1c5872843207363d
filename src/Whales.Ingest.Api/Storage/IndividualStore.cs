using System.Text.Json;
using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>Animals and their photos. Whatever changes what can be named leaves a note for the publisher in the same transaction.</summary>
internal sealed class IndividualStore(StoreDatabase database)
{
    private readonly IndividualSql _sql = new(database);

    /// <returns>False when there is an animal of this id.</returns>
    public async Task<bool> InsertAsync(IndividualRow row, CancellationToken cancellationToken)
    {
        var counts = await database.ExecuteAsync(
            [new Call(_sql.Insert, parameters => Set(parameters, row).Set("created_at", row.CreatedAt)), OnId(_sql.Forget, row.Id)],
            Durability.Synced, cancellationToken).ConfigureAwait(false);
        return counts[0] > 0;
    }

    public async Task<IndividualRow?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await database.ReadAsync(OnId(_sql.Find, id), ReadIndividual, cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    /// <summary>In the order of their ids.</summary>
    /// <param name="search">A part of id or name, in whatever letters; null for all.</param>
    /// <param name="after">The last id before; empty at first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<List<IndividualRow>> ListAsync(string? search, string after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        new Call(search is null ? _sql.List : _sql.Search, parameters =>
        {
            parameters.Set("after", after).Set("limit", limit);
            if (search is not null)
                parameters.Set("pattern", $"%{Escape(search.ToLowerInvariant())}%");
        }),
        ReadIndividual, cancellationToken);

    /// <param name="row">As it is to be.</param>
    /// <param name="models">Whose workers are to hear of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when it is gone.</returns>
    public async Task<bool> UpdateAsync(IndividualRow row, IEnumerable<string> models, CancellationToken cancellationToken)
    {
        var counts = await database.ExecuteAsync(
            [
                new Call(_sql.Update, parameters => Set(parameters, row)),
                .. models.Select(model => new Call(_sql.TellRenamed, parameters => parameters.Set("change", Guid.CreateVersion7()).Set("model", model).Set("id", row.Id))),
            ],
            Durability.Synced, cancellationToken).ConfigureAwait(false);
        return counts[0] > 0;
    }

    /// <returns>The image keys of its photos; null when there was no such animal.</returns>
    public async Task<IReadOnlyList<string>?> DeleteAsync(string id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var keys = await database.ReadAsync(OnId(_sql.ImageKeys, id), fields => fields.Text(), cancellationToken).ConfigureAwait(false);
        if (await FindAsync(id, cancellationToken).ConfigureAwait(false) is null)
            return null;
        var counts = await database.ExecuteAsync(
            [
                OnId(_sql.Delete, id), OnId(_sql.DeleteStates, id), OnId(_sql.DeletePhotos, id), OnId(_sql.TellRowsGone, id), OnId(_sql.DeleteRows, id),
                new Call(_sql.Remember, parameters => parameters.Set("id", id).Set("now", now)),
            ],
            Durability.Synced, cancellationToken).ConfigureAwait(false);
        return counts[0] > 0 ? keys : null;
    }

    /// <summary>Adds the photo, to be embedded by each of the models.</summary>
    /// <returns>False when the animal has these bytes already, or is gone.</returns>
    public async Task<bool> AddPhotoAsync(IndividualPhotoRow photo, IEnumerable<CatalogueModel> models, CancellationToken cancellationToken)
    {
        var counts = await database.ExecuteAsync(
            [
                new Call(_sql.InsertPhoto, parameters => parameters
                    .Set("id", photo.Id).Set("individual_id", photo.IndividualId).Set("image_key", photo.ImageKey).Set("content_type", photo.ContentType)
                    .Set("image_bytes", photo.ImageBytes).Set("sha256", photo.Sha256).Set("file_name", photo.FileName)
                    .Set("region_json", RowJson.Write(photo.Region, RowJson.Default.Region)).Set("created_at", photo.CreatedAt)),
                .. models.Select(model => new Call(_sql.InsertState, parameters => parameters
                    .Set("photo_id", photo.Id).Set("model", model.Name).Set("model_version", model.Version).Set("now", photo.CreatedAt))),
            ],
            Durability.Synced, cancellationToken).ConfigureAwait(false);
        return counts[0] > 0;
    }

    /// <summary>Sends what failed of this photo round again.</summary>
    public Task TryAgainAsync(Guid photoId, DateTimeOffset now, CancellationToken cancellationToken) => database.ExecuteAsync(
        [new Call(_sql.TryAgain, parameters => parameters.Set("photo_id", photoId).Set("now", now))], Durability.Synced, cancellationToken);

    public async Task<IndividualPhotoRow?> FindPhotoAsync(string individualId, Guid photoId, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            new Call(_sql.FindPhoto, parameters => parameters.Set("photo_id", photoId).Set("individual_id", individualId)), ReadPhoto, cancellationToken)
            .ConfigureAwait(false)).SingleOrDefault();

    public async Task<IndividualPhotoRow?> FindPhotoAsync(string individualId, string sha256, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            new Call(_sql.FindPhotoByHash, parameters => parameters.Set("individual_id", individualId).Set("sha256", sha256)), ReadPhoto, cancellationToken)
            .ConfigureAwait(false)).SingleOrDefault();

    /// <summary>Oldest first.</summary>
    public Task<List<IndividualPhotoRow>> ListPhotosAsync(string individualId, Guid after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        new Call(_sql.ListPhotos, parameters => parameters.Set("individual_id", individualId).Set("after", after).Set("limit", limit)),
        ReadPhoto, cancellationToken);

    public Task<List<EmbeddingStateRow>> StatesAsync(IEnumerable<Guid> photoIds, CancellationToken cancellationToken) => database.ReadAsync(
        new Call(_sql.States, parameters => parameters.Set("ids", JsonSerializer.Serialize(photoIds))),
        fields => new EmbeddingStateRow(
            fields.Id(), fields.Text(), fields.Text(), EmbeddingText.Status(fields.Text()), fields.TimeOrNull(), fields.TextOrNull(), fields.TextOrNull()),
        cancellationToken);

    /// <returns>The removed photo; null when there was none.</returns>
    public async Task<IndividualPhotoRow?> DeletePhotoAsync(string individualId, Guid photoId, CancellationToken cancellationToken)
    {
        if (await FindPhotoAsync(individualId, photoId, cancellationToken).ConfigureAwait(false) is not { } photo)
            return null;
        var counts = await database.ExecuteAsync(
            [OnPhoto(_sql.DeletePhotoStates), OnPhoto(_sql.DeletePhoto), OnPhoto(_sql.TellPhotoGone), OnPhoto(_sql.DeletePhotoRows)],
            Durability.Synced, cancellationToken).ConfigureAwait(false);
        return counts[1] > 0 ? photo : null;

        Call OnPhoto(Statement statement) => new(statement, parameters => parameters.Set("photo_id", photoId));
    }

    public async Task<Dictionary<string, int>> CountPhotosAsync(IEnumerable<string> individuals, CancellationToken cancellationToken) =>
        (await database.ReadAsync(OnIds(_sql.PhotoCounts, individuals), fields => (Id: fields.Text(), Count: (int)fields.Number()), cancellationToken)
            .ConfigureAwait(false)).ToDictionary(count => count.Id, count => count.Count, StringComparer.Ordinal);

    public async Task<ILookup<string, EmbeddingCount>> CountEmbeddingsAsync(IEnumerable<string> individuals, CancellationToken cancellationToken) =>
        (await database.ReadAsync(OnIds(_sql.EmbeddingCounts, individuals), ReadCount, cancellationToken).ConfigureAwait(false))
            .ToLookup(count => count.IndividualId, StringComparer.Ordinal);

    private static EmbeddingCount ReadCount(Fields fields)
    {
        var (individual, model, fromPhotos, all) = (fields.Text(), fields.Text(), (int)fields.Number(), (int)fields.Number());
        return new EmbeddingCount(individual, model, fromPhotos, all - fromPhotos);
    }

    private static Parameters Set(Parameters parameters, IndividualRow row) => parameters
        .Set("id", row.Id).Set("name", row.Name).Set("species", row.Species).Set("sex", row.Sex).Set("notes", row.Notes)
        .Set("search_text", SearchText(row.Id, row.Name)).Set("updated_at", row.UpdatedAt);

    internal static string SearchText(string id, string? name) => $"{id}\n{name}".ToLowerInvariant();

    private static string Escape(string text) =>
        text.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal);

    private static Call OnId(Statement statement, string id) => new(statement, parameters => parameters.Set("id", id));

    private static Call OnIds(Statement statement, IEnumerable<string> ids) => new(statement, parameters => parameters.Set("ids", JsonSerializer.Serialize(ids)));

    private static IndividualRow ReadIndividual(Fields fields) => new()
    {
        Id = fields.Text(),
        Name = fields.TextOrNull(),
        Species = fields.TextOrNull(),
        Sex = fields.TextOrNull(),
        Notes = fields.TextOrNull(),
        CreatedAt = fields.Time(),
        UpdatedAt = fields.Time(),
    };

    private static IndividualPhotoRow ReadPhoto(Fields fields) => new()
    {
        Id = fields.Id(),
        IndividualId = fields.Text(),
        ImageKey = fields.Text(),
        ContentType = fields.Text(),
        ImageBytes = fields.Number(),
        Sha256 = fields.Text(),
        FileName = fields.TextOrNull(),
        Region = RowJson.Read(fields.TextOrNull(), RowJson.Default.Region),
        CreatedAt = fields.Time(),
    };
}
