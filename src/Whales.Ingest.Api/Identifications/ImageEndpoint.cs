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
        EntityTags.Set(http.Response, tag);
        if (EntityTags.IsKnown(http.Request, tag))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);

        await using var photo = await images.OpenReadAsync(row.ImageKey, cancellationToken)
            ?? throw RequestRefusedException.NotFound($"The photo of identification {parsedId} is no longer stored.");
        var headers = http.Response.Headers;
        headers.ContentType = row.ContentType;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentDisposition = new ContentDispositionHeaderValue("inline") { FileName = row.Id + FormatOf(row.ContentType).Extension }.ToString();
        var (format, _) = FormatOf(row.ContentType);
        await PhotoMetadata.WriteWithoutPositionAsync(photo, format, http.Response.Body, cancellationToken);
        return TypedResults.Empty;
    }

    private static (ImageFormat Format, string Extension) FormatOf(string contentType) => contentType switch
    {
        "image/jpeg" => (ImageFormat.Jpeg, ".jpg"),
        "image/png" => (ImageFormat.Png, ".png"),
        "image/webp" => (ImageFormat.WebP, ".webp"),
        "image/tiff" => (ImageFormat.Tiff, ".tif"),
        "image/gif" => (ImageFormat.Gif, ".gif"),
        "image/avif" => (ImageFormat.Avif, ".avif"),
        _ => throw new InvalidOperationException($"A photo of the type {contentType} was never accepted."),
    };
}
