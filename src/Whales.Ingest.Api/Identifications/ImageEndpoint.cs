using Microsoft.Net.Http.Headers;
using Whales.Hosting.Images;
using Whales.Hosting.Security;
using Whales.Imaging;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>GET the stored photo. Strangers' bytes are shown: nothing in them may run, and where the animal was is not told.</summary>
internal static class ImageEndpoint
{
    public static async Task<IResult> Get(
        HttpContext http, string id, string? position, IIdentificationStore store, IImageStore images, AuditLog audit, CancellationToken cancellationToken)
    {
        var parsedId = IdentificationEndpoints.ParseId(id);
        var withPosition = ReadPosition(position, http.Caller());
        var row = await store.RequireAsync(parsedId, http.Caller(), cancellationToken);
        var tag = EntityTags.OfPhoto(row, withPosition);
        if (EntityTags.IsKnown(http.Request, tag))
        {
            EntityTags.Set(http.Response, tag);
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        await using var photo = await images.OpenReadAsync(row.ImageKey, cancellationToken)
            ?? throw RequestRefusedException.NotFound($"The photo of identification {parsedId} is no longer stored.");
        var format = FormatOf(row.ContentType);
        EntityTags.Set(http.Response, tag);
        SetHeaders(http.Response, $"{row.Id}.{Extension(format)}", row.ContentType);
        if (withPosition)
        {
            audit.PositionShown(http, row.Id);
            await photo.CopyToAsync(http.Response.Body, cancellationToken);
            return TypedResults.Empty;
        }
        try
        {
            await PhotoMetadata.WriteWithoutPositionAsync(photo, format, http.Response.Body, cancellationToken);
        }
        catch (UnreadableImageException e) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            throw RequestRefusedException.InvalidState($"{e.Message} It cannot be shown, since nobody can tell whether it says where it was taken.");
        }
        return TypedResults.Empty;
    }

    private static bool ReadPosition(string? text, Caller caller)
    {
        if (text is null or "false")
            return false;
        if (text != "true")
            throw RequestRefusedException.Malformed("position must be true or false.");
        return caller.Has(Scope.Curate)
            ? true
            : throw RequestRefusedException.Forbidden("Where a photo was taken is told to keys with the scope curate alone.");
    }

    private static void SetHeaders(HttpResponse response, string fileName, string contentType)
    {
        response.ContentType = contentType;
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue("inline") { FileName = fileName }.ToString();
    }

    private static ImageFormat FormatOf(string contentType) =>
        Enum.GetValues<ImageFormat>().First(f => f != ImageFormat.None && ImageFormats.ContentType(f) == contentType);

    private static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpg",
        ImageFormat.Tiff => "tif",
        _ => ImageFormats.Name(format).ToLowerInvariant(),
    };
}
