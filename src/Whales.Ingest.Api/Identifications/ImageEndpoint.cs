using Microsoft.Net.Http.Headers;
using Whales.Hosting.Images;
using Whales.Imaging;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>GET the stored photo. Strangers' bytes are shown: nothing in them may run, and where the animal was is not told.</summary>
internal static class ImageEndpoint
{
    public static async Task<IResult> Get(
        HttpContext http, string id, IIdentificationStore store, IImageStore images, CancellationToken cancellationToken)
    {
        var parsedId = IdentificationEndpoints.ParseId(id);
        var row = await store.FindAsync(parsedId, cancellationToken) ?? throw IdentificationEndpoints.Missing(parsedId);
        var tag = EntityTags.OfPhoto(row);
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

    private static void SetHeaders(HttpResponse response, string fileName, string contentType)
    {
        response.ContentType = contentType;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue("inline") { FileName = fileName }.ToString();
    }

    internal static ImageFormat FormatOf(string contentType) =>
        Enum.GetValues<ImageFormat>().First(f => f != ImageFormat.None && ImageFormats.ContentType(f) == contentType);

    internal static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpg",
        ImageFormat.Tiff => "tif",
        _ => ImageFormats.Name(format).ToLowerInvariant(),
    };
}
