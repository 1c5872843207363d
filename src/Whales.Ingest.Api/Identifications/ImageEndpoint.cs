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

        using var photo = await images.ReadAsync(row.ImageKey, cancellationToken)
            ?? throw RequestRefusedException.NotFound($"The photo of identification {parsedId} is no longer stored.");
        var headers = http.Response.Headers;
        headers.ContentType = row.ContentType;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentDisposition = new ContentDispositionHeaderValue("inline") { FileName = row.Id + Extension(row.ContentType) }.ToString();
        PhotoMetadata.WriteWithoutPosition(photo.Memory.Span, http.Response.BodyWriter);
        await http.Response.BodyWriter.FlushAsync(cancellationToken);
        return TypedResults.Empty;
    }

    private static string Extension(string contentType) => contentType switch
    {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/webp" => ".webp",
        "image/tiff" => ".tif",
        "image/gif" => ".gif",
        "image/avif" => ".avif",
        "image/bmp" => ".bmp",
        _ => "",
    };
}
