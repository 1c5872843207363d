using System.Text;
using System.Text.Json;
using Whales.Hosting.Catalogue;

namespace Whales.Ingest.Api.Storage;

/// <summary>
/// The embeddings of each model and the head that workers are given. A head changes only under its model's lease, from the version it
/// follows, in one transaction with the notes of what it has told: the database decides between APIs, and a crash tells twice at worst.
/// </summary>
internal sealed class CatalogueStore(StoreDatabase database)
{
    // Long enough for the ids of a large base, short enough for one parameter.
    private const int IdsAtOnce = 5_000;

    private readonly CatalogueSql _sql = new(database);

    /// <summary>Says which version of the model the catalogue is for. Another one than before: everything is made anew.</summary>
    public async Task OpenAsync(CatalogueModel model, CancellationToken cancellationToken)
    {
        Call On(Statement statement) => new(statement, parameters => parameters.Set("model", model.Name).Set("model_version", model.Version));
        await database.ExecuteAsync([On(_sql.Open), On(_sql.ChangeModelVersion), On(_sql.DropOtherVersions)], Durability.Synced, cancellationToken).ConfigureAwait(false);
    }

    public Task<List<HeadRow>> HeadsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(new Call(_sql.Heads, _ => { }), ReadHead, cancellationToken);

    /// <returns>The head, whose only owner the caller is until <paramref name="until"/>; null when it is another's, or for another version.</returns>
    public async Task<HeadRow?> LeaseAsync(CatalogueModel model, string me, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) =>
        (await database.ChangeAsync(
            new Call(_sql.Lease, parameters => parameters
                .Set("model", model.Name).Set("model_version", model.Version).Set("me", me).Set("now", now).Set("until", until)),
            ReadHead, Durability.Relaxed, cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    public Task ReleaseAsync(string model, string me, CancellationToken cancellationToken) => database.ExecuteAsync(
        [new Call(_sql.Release, parameters => parameters.Set("model", model).Set("me", me))], Durability.Relaxed, cancellationToken);

    /// <summary>True when workers have yet to be told something.</summary>
    public async Task<bool> HasNewsAsync(CatalogueModel model, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            new Call(_sql.HasNews, parameters => parameters.Set("model", model.Name).Set("model_version", model.Version)), fields => fields.Number(), cancellationToken)
            .ConfigureAwait(false)).Count > 0;

    public Task<List<CatalogueChange>> ChangesAsync(string model, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        new Call(_sql.Changes, parameters => parameters.Set("model", model).Set("limit", limit)),
        fields => new CatalogueChange(fields.Id(), fields.IdOrNull(), fields.TextOrNull()),
        cancellationToken);

    public Task<List<CatalogueRow>> UnpublishedAsync(CatalogueModel model, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        new Call(_sql.Unpublished, parameters => parameters.Set("model", model.Name).Set("model_version", model.Version).Set("limit", limit)), ReadRow, cancellationToken);

    /// <summary>Rows in pages, those of one animal together.</summary>
    /// <param name="model">Whose.</param>
    /// <param name="publishedOnly">True: only those that a head has told of.</param>
    /// <param name="afterIndividual">The last animal before; empty at first.</param>
    /// <param name="afterRow">The last row before.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<List<CatalogueRow>> RowsAsync(
        CatalogueModel model, bool publishedOnly, string afterIndividual, Guid afterRow, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        new Call(_sql.Rows, parameters => parameters.Set("model", model.Name).Set("model_version", model.Version).Set("published", publishedOnly ? 1 : 0)
            .Set("individual_id", afterIndividual).Set("id", afterRow).Set("limit", limit)),
        ReadRow, cancellationToken);

    public async Task<Dictionary<string, KnownIndividual>> IndividualsAsync(IEnumerable<string> ids, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            new Call(_sql.Individuals, parameters => parameters.Set("ids", JsonSerializer.Serialize(ids))),
            fields => new KnownIndividual(fields.Text(), fields.TextOrNull(), fields.TextOrNull()), cancellationToken)
            .ConfigureAwait(false)).ToDictionary(individual => individual.Id, StringComparer.Ordinal);

    /// <returns>False when the head has another version or owner by now; then nothing changed.</returns>
    public async Task<bool> CommitAsync(HeadCommit commit, string me, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var head = commit.Head;
        var calls = new List<Call>
        {
            new(_sql.Commit, parameters => parameters.Set("model", head.Model).Set("model_version", head.ModelVersion).Set("before", commit.Before)
                .Set("version", head.Version).Set("head_json", head.ToJson()).Set("me", me)),
            new(_sql.UseSegments, parameters => Own(parameters).Set("keys", JsonSerializer.Serialize(head.Segments.Select(segment => segment.Key)))),
            new(_sql.RetireSegments, parameters => Own(parameters).Set("keys", JsonSerializer.Serialize(commit.Retired)).Set("now", now)),
        };
        foreach (var ids in commit.Published.Chunk(IdsAtOnce))
            calls.Add(new Call(_sql.MarkPublished, parameters => Own(parameters).Set("ids", JsonSerializer.Serialize(ids))));
        foreach (var ids in commit.Told.Chunk(IdsAtOnce))
            calls.Add(new Call(_sql.DropChanges, parameters => Own(parameters).Set("ids", JsonSerializer.Serialize(ids))));
        var counts = await database.ExecuteAsync(calls, Durability.Synced, cancellationToken).ConfigureAwait(false);
        return counts[0] > 0;

        Parameters Own(Parameters parameters) => parameters.Set("model", head.Model).Set("version", head.Version).Set("me", me);
    }

    /// <summary>Notes a segment before it is written: whatever becomes of it, it will be found and, where no head names it, removed.</summary>
    public Task ReserveSegmentAsync(string key, string model, DateTimeOffset now, CancellationToken cancellationToken) => database.ExecuteAsync(
        [new Call(_sql.ReserveSegment, parameters => parameters.Set("key", key).Set("model", model).Set("now", now))], Durability.Synced, cancellationToken);

    public Task<List<string>> RetiredSegmentsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        new Call(_sql.RetiredSegments, parameters => parameters.Set("before", before).Set("limit", limit)), fields => fields.Text(), cancellationToken);

    public Task ForgetSegmentAsync(string key, CancellationToken cancellationToken) => database.ExecuteAsync(
        [new Call(_sql.ForgetSegment, parameters => parameters.Set("key", key))], Durability.Relaxed, cancellationToken);

    /// <summary>Adds what came with a model. Again is harmless; an animal that was removed here is passed over.</summary>
    public Task AddShippedAsync(
        CatalogueModel model, string shipped, IEnumerable<KnownIndividual> individuals, IEnumerable<CatalogueRow> rows, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            [
                .. individuals.OrderBy(individual => individual.Id, StringComparer.Ordinal).Select(individual => new Call(_sql.AddShippedIndividual, parameters => parameters
                    .Set("id", individual.Id).Set("name", individual.Name).Set("species", individual.Species)
                    .Set("search_text", IndividualStore.SearchText(individual.Id, individual.Name)).Set("now", now))),
                .. rows.Select(row => new Call(_sql.AddShippedRow, parameters => parameters
                    .Set("id", row.Id).Set("model", model.Name).Set("model_version", model.Version).Set("individual_id", row.IndividualId)
                    .Set("shipped", shipped).Set("embedding", row.Embedding))),
            ],
            Durability.Synced, cancellationToken);

    /// <summary>All of it is there: what came with the model before, and no longer does, goes.</summary>
    public Task FinishShippedAsync(CatalogueModel model, string shipped, int dimensions, CancellationToken cancellationToken)
    {
        Call On(Statement statement) => new(statement, parameters => parameters.Set("model", model.Name).Set("shipped", shipped));
        return database.ExecuteAsync(
            [
                On(_sql.TellShippedGone), On(_sql.DropShipped),
                new Call(_sql.FinishShipped, parameters => parameters
                    .Set("model", model.Name).Set("model_version", model.Version).Set("shipped", shipped).Set("dimensions", dimensions)),
            ],
            Durability.Synced, cancellationToken);
    }

    public Task<List<CatalogueCount>> CountAsync(CancellationToken cancellationToken) => database.ReadAsync(
        new Call(_sql.Count, _ => { }), fields => new CatalogueCount(fields.Text(), (int)fields.Number(), (int)fields.Number()), cancellationToken);

    private static CatalogueRow ReadRow(Fields fields) => new(fields.Id(), fields.Text(), fields.Bytes());

    private static HeadRow ReadHead(Fields fields)
    {
        var row = new HeadRow
        {
            Model = fields.Text(),
            ModelVersion = fields.Text(),
            Shipped = fields.TextOrNull(),
            Dimensions = (int?)fields.NumberOrNull(),
            Version = fields.Number(),
        };
        return fields.TextOrNull() is { } json ? row with { Head = CatalogueHead.Parse(Encoding.UTF8.GetBytes(json), row.Model) } : row;
    }
}
