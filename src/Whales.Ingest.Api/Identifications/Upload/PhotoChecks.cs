using Whales.Imaging;
using Whales.Ingest.Api.Errors;

namespace Whales.Ingest.Api.Identifications.Upload;

/// <summary>What the API looks at in a photo before it takes it: the format from the first bytes, size and frames from the header. No pixel is decoded.</summary>
internal static class PhotoChecks
{
    private const string Accepted = "JPEG, PNG, WebP, AVIF, TIFF and GIF are accepted.";

    /// <summary>The content type that the first bytes show, whatever the client said.</summary>
    public static string ContentTypeOf(ReadOnlySpan<byte> start)
    {
        var detected = ImageFormats.Detect(start[..Math.Min(start.Length, ImageFormats.BytesToDetect)]);
        return detected.ContentType
            ?? throw RequestRefusedException.UnsupportedMedia($"The bytes are not a photo in a format that we read, but: {detected.Name}. {Accepted}");
    }

    /// <summary>Refuses a photo whose header cannot be read, that has too many pixels or more than one picture.</summary>
    public static void CheckHeader(string path, long maxPixels)
    {
        PhotoHeader header;
        try
        {
            header = PhotoHeader.Read(path);
        }
        catch (UnreadableImageException e)
        {
            throw RequestRefusedException.UnsupportedMedia(e.Message);
        }
        if (header.Pixels > maxPixels)
            throw RequestRefusedException.TooLarge($"The photo has {header.Width:N0} x {header.Height:N0} pixels; at most {maxPixels:N0} pixels are accepted.");
        if (header.Frames > 1)
            throw RequestRefusedException.TooLarge($"The file has {header.Frames:N0} pictures (an animation or pages). Send one picture a request.");
    }
}
