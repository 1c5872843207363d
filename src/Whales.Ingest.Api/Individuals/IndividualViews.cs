using Whales.Contracts;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Individuals;

/// <summary>From the tables to what clients see.</summary>
internal sealed class IndividualViews(IndividualStore store, CatalogueModels models)
{
    public async Task<IReadOnlyList<Individual>> OfAsync(IReadOnlyList<IndividualRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        var ids = rows.Select(row => row.Id).ToList();
        var photos = await store.CountPhotosAsync(ids, cancellationToken);
        var embeddings = await store.CountEmbeddingsAsync(ids, cancellationToken);
        return
        [
            .. rows.Select(row => new Individual
            {
                Id = row.Id,
                Name = row.Name,
                Species = row.Species,
                Sex = row.Sex switch { null => null, "female" => Sex.Female, "male" => Sex.Male, _ => Sex.Unknown },
                Notes = row.Notes,
                CreatedAt = row.CreatedAt,
                UpdatedAt = row.UpdatedAt,
                Photos = photos.GetValueOrDefault(row.Id),
                Embeddings = [.. embeddings[row.Id].Select(count => new IndividualEmbeddings { Model = count.Model, FromPhotos = count.FromPhotos, Shipped = count.Shipped })],
            }),
        ];
    }

    public async Task<IReadOnlyList<IndividualPhoto>> OfAsync(IReadOnlyList<IndividualPhotoRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        var states = (await store.StatesAsync(rows.Select(row => row.Id), cancellationToken)).ToLookup(state => state.PhotoId);
        return
        [
            .. rows.Select(row => new IndividualPhoto
            {
                Id = row.Id,
                IndividualId = row.IndividualId,
                FileName = row.FileName,
                Sha256 = row.Sha256,
                Region = row.Region,
                CreatedAt = row.CreatedAt,
                Embeddings =
                [
                    .. states[row.Id].Select(State),
                    .. models.Without.Select(model => new PhotoEmbeddingState { Model = model, Status = EmbeddingStatus.NoCatalogue }),
                ],
            }),
        ];
    }

    private static PhotoEmbeddingState State(EmbeddingStateRow state) => new()
    {
        Model = state.Model,
        ModelVersion = state.ModelVersion,
        Status = state.Status,
        CompletedAt = state.CompletedAt,
        Error = state.ErrorCode is null ? null : new IdentificationError { Code = state.ErrorCode, Message = state.ErrorMessage ?? "" },
    };
}
