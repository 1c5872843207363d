using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Individuals;

/// <summary>The animals themselves.</summary>
internal static class IndividualHandlers
{
    public static async Task<Ok<Page<Individual>>> List(
        HttpContext http, string? name, string? limit, string? cursor, IndividualStore store, IndividualViews views, CancellationToken cancellationToken)
    {
        var size = IndividualQuery.Limit(limit);
        // One more than is shown tells whether there is a next part.
        var rows = await store.ListAsync(IndividualQuery.Name(name), IndividualQuery.Cursor(cursor), size + 1, cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Page<Individual>
        {
            Items = await views.OfAsync([.. rows.Take(size)], cancellationToken),
            NextCursor = rows.Count > size ? IndividualQuery.WriteCursor(rows[size - 1].Id) : null,
        });
    }

    public static async Task<Ok<Individual>> Get(HttpContext http, string id, IndividualStore store, IndividualViews views, CancellationToken cancellationToken)
    {
        var row = await RequireAsync(store, id, cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok((await views.OfAsync([row], cancellationToken))[0]);
    }

    public static async Task<Created<Individual>> Add(
        HttpContext http, IndividualStore store, IndividualViews views, CatalogueAudit audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var entry = await IndividualBody.ReadAsync(http.Request, cancellationToken);
        var now = clock.GetUtcNow();
        var row = entry.Apply(new IndividualRow { Id = entry.Id ?? Guid.CreateVersion7(now).ToString(), CreatedAt = now, UpdatedAt = now });
        if (!await store.InsertAsync(row, cancellationToken))
            throw RequestRefusedException.AlreadyExists($"There is an animal {row.Id} already. PATCH changes what is said of it; its photos go to {Location(row.Id)}/photos.");
        audit.Added(http, row.Id);
        return TypedResults.Created(Location(row.Id), (await views.OfAsync([await RequireAsync(store, row.Id, cancellationToken)], cancellationToken))[0]);
    }

    public static async Task<Ok<Individual>> Change(
        HttpContext http, string id, IndividualStore store, IndividualViews views, CatalogueModels models, CatalogueSignals signals, CatalogueAudit audit,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        var entry = await IndividualBody.ReadAsync(http.Request, cancellationToken);
        if (entry.Id is not null && entry.Id != id)
            throw RequestRefusedException.Malformed("An animal's id never changes. Add another one, give it the photos, and remove this one.");
        var row = entry.Apply(await RequireAsync(store, id, cancellationToken)) with { UpdatedAt = clock.GetUtcNow() };
        if (!await store.UpdateAsync(row, models.Names, cancellationToken))
            throw Missing(id);
        signals.Changed.Set();
        audit.Changed(http, id);
        return TypedResults.Ok((await views.OfAsync([row], cancellationToken))[0]);
    }

    public static async Task<NoContent> Delete(HttpContext http, string id, CatalogueRemoval removal, CatalogueAudit audit, CancellationToken cancellationToken)
    {
        if (!IndividualBody.CanBeAskedFor(id) || !await removal.RemoveIndividualAsync(id, cancellationToken))
            throw Missing(id);
        audit.Deleted(http, id);
        return TypedResults.NoContent();
    }

    public static async Task<IndividualRow> RequireAsync(IndividualStore store, string id, CancellationToken cancellationToken) =>
        (IndividualBody.CanBeAskedFor(id) ? await store.FindAsync(id, cancellationToken) : null) ?? throw Missing(id);

    // A stranger's text goes into an answer only where it is a well-formed id.
    public static RequestRefusedException Missing(string id) =>
        RequestRefusedException.NotFound(IndividualBody.IsId(id) ? $"There is no animal {id}." : "There is no such animal.");

    public static string Location(string id) => $"{IndividualEndpoints.Path}/{Uri.EscapeDataString(id)}";
}
