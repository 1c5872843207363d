using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Hosting.Catalogue;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Individuals;

/// <summary>GET /v1/catalogue.</summary>
internal static class CatalogueEndpoint
{
    public static async Task<Ok<IReadOnlyList<CatalogueInfo>>> Get(
        HttpContext http, CatalogueModels models, CatalogueStore store, EmbeddingStore embeddings, CancellationToken cancellationToken)
    {
        var heads = (await store.HeadsAsync(cancellationToken)).ToDictionary(head => head.Model, StringComparer.Ordinal);
        var counts = (await store.CountAsync(cancellationToken)).ToDictionary(count => count.Model, StringComparer.Ordinal);
        var states = (await embeddings.CountAsync(cancellationToken)).ToLookup(state => state.Model, StringComparer.Ordinal);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok<IReadOnlyList<CatalogueInfo>>(
        [
            .. models.All.Select(model => Info(model.Name, heads.GetValueOrDefault(model.Name), counts.GetValueOrDefault(model.Name), states[model.Name])),
            .. models.Without.Select(model => new CatalogueInfo { Model = model, HasCatalogue = false, Individuals = 0, Embeddings = 0, Queued = 0, Failed = 0 }),
        ]);
    }

    private static CatalogueInfo Info(string model, HeadRow? head, CatalogueCount? count, IEnumerable<EmbeddingStateCount> states) => new()
    {
        Model = model,
        HasCatalogue = true,
        ModelVersion = head?.ModelVersion,
        Version = head?.Head is { } published ? CatalogueVersions.Text(published.Version) : null,
        PublishedAt = head?.Head?.PublishedAt,
        Individuals = count?.Individuals ?? 0,
        Embeddings = count?.Embeddings ?? 0,
        Queued = states.FirstOrDefault(state => state.Status == EmbeddingStatus.Queued).Count,
        Failed = states.FirstOrDefault(state => state.Status == EmbeddingStatus.Failed).Count,
    };
}
