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
        if (withPosition)
            await audit.PositionShownAsync(http, row.Id);
        var stored = new StoredPhoto($"identification {parsedId}", row.Id, row.ImageKey, row.ContentType, row.Sha256) { WithPosition = withPosition };
        return await AnswerAsync(http, stored, images, cancellationToken);
    }

    /// <summary>Shows a photo of the image store.</summary>
    public static async Task<IResult> AnswerAsync(HttpContext http, StoredPhoto stored, IImageStore images, CancellationToken cancellationToken)
    {
        var tag = new EntityTagHeaderValue($"\"{stored.Sha256}{(stored.WithPosition ? "-position" : "")}\"");
        if (EntityTags.IsKnown(http.Request, tag))
        {
            EntityTags.Set(http.Response, tag);
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        await using var photo = await images.OpenReadAsync(stored.ImageKey, cancellationToken)
            ?? throw RequestRefusedException.NotFound($"The photo of {stored.Owner} is no longer stored.");
        var format = FormatOf(stored.ContentType);
        EntityTags.Set(http.Response, tag);
        SetHeaders(http.Response, $"{stored.Id}.{Extension(format)}", stored.ContentType);
        if (stored.WithPosition)
        {
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

    internal static ImageFormat FormatOf(string contentType) =>
        Enum.GetValues<ImageFormat>().First(f => f != ImageFormat.None && ImageFormats.ContentType(f) == contentType);

    internal static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpg",
        ImageFormat.Tiff => "tif",
        _ => ImageFormats.Name(format).ToLowerInvariant(),
    };
}

/// <summary>A photo to show.</summary>
/// <param name="Owner">How messages call it.</param>
/// <param name="Id">Its name as a file.</param>
/// <param name="ImageKey">Where it lies.</param>
/// <param name="ContentType">From its bytes.</param>
/// <param name="Sha256">Of its bytes.</param>
internal sealed record StoredPhoto(string Owner, Guid Id, string ImageKey, string ContentType, string Sha256)
{
    /// <summary>As it was sent: with the place where it was taken.</summary>
    public bool WithPosition { get; init; }
}
