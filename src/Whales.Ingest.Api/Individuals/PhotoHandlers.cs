using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Individuals;

/// <summary>An animal's photos.</summary>
internal static class PhotoHandlers
{
    public static async Task<Results<Ok<IndividualPhoto>, Created<IndividualPhoto>>> Add(
        HttpContext http, string id, string? region, PhotoAddition addition, IndividualViews views, CatalogueAudit audit, CancellationToken cancellationToken)
    {
        // The bytes are counted where they are read; the server's own limit would close the connection before the answer could be read.
        if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var (photo, isNew) = await addition.AddAsync(http.Request, id, ReadRegion(region), cancellationToken);
        var view = (await views.OfAsync([photo], cancellationToken))[0];
        var location = $"{IndividualHandlers.Location(id)}/photos/{photo.Id}";
        if (isNew)
        {
            audit.PhotoAdded(http, id, photo.Id);
            return TypedResults.Created(location, view);
        }

        http.Response.Headers.Location = location;
        return TypedResults.Ok(view);
    }

    public static async Task<Ok<Page<IndividualPhoto>>> List(
        HttpContext http, string id, string? limit, string? cursor, IndividualStore store, IndividualViews views, CancellationToken cancellationToken)
    {
        var size = IndividualQuery.Limit(limit);
        var after = IndividualQuery.PhotoCursor(cursor);
        await IndividualHandlers.RequireAsync(store, id, cancellationToken);
        var rows = await store.ListPhotosAsync(id, after, size + 1, cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Page<IndividualPhoto>
        {
            Items = await views.OfAsync([.. rows.Take(size)], cancellationToken),
            NextCursor = rows.Count > size ? ListCursor.Write(rows[size - 1].Id) : null,
        });
    }

    public static async Task<Ok<IndividualPhoto>> Get(
        HttpContext http, string id, string photoId, IndividualStore store, IndividualViews views, CancellationToken cancellationToken)
    {
        var photo = await RequireAsync(store, id, photoId, cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok((await views.OfAsync([photo], cancellationToken))[0]);
    }

    public static async Task<IResult> Image(
        HttpContext http, string id, string photoId, IndividualStore store, IImageStore images, CancellationToken cancellationToken)
    {
        var photo = await RequireAsync(store, id, photoId, cancellationToken);
        return await ImageEndpoint.AnswerAsync(
            http, new StoredPhoto($"catalogue photo {photo.Id}", photo.Id, photo.ImageKey, photo.ContentType, photo.Sha256), images, cancellationToken);
    }

    public static async Task<NoContent> Delete(
        HttpContext http, string id, string photoId, CatalogueRemoval removal, CatalogueAudit audit, CancellationToken cancellationToken)
    {
        var photo = ParseId(photoId);
        if (!IndividualBody.CanBeAskedFor(id) || !await removal.RemovePhotoAsync(id, photo, cancellationToken))
            throw Missing(photo);
        audit.PhotoDeleted(http, id, photo);
        return TypedResults.NoContent();
    }

    private static async Task<IndividualPhotoRow> RequireAsync(IndividualStore store, string id, string photoId, CancellationToken cancellationToken)
    {
        var photo = ParseId(photoId);
        return (IndividualBody.CanBeAskedFor(id) ? await store.FindPhotoAsync(id, photo, cancellationToken) : null) ?? throw Missing(photo);
    }

    private static Guid ParseId(string photoId) =>
        Guid.TryParseExact(photoId, "D", out var id) ? id : throw RequestRefusedException.NotFound("The id of a photo is a UUID such as 01936b7e-5f2c-7d3a-9c41-2f6f0a9d8e11.");

    private static RequestRefusedException Missing(Guid photo) => RequestRefusedException.NotFound($"The animal has no photo {photo}.");

    private static Region? ReadRegion(string? text)
    {
        if (text is null)
            return null;
        return Region.TryParse(text, out var region, out var error) ? region : throw RequestRefusedException.Malformed(error!);
    }
}
