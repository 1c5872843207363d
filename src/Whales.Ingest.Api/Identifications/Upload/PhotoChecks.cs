using Whales.Imaging;
using Whales.Ingest.Api.Errors;

namespace Whales.Ingest.Api.Identifications.Upload;

/// <summary>What the API looks at in a photo before it takes it: the format from the first bytes, size and frames from the header. No pixel is decoded.</summary>
internal sealed class PhotoChecks(long maxPixels)
{
    private const string Accepted = "JPEG, PNG, WebP, AVIF, TIFF and GIF are accepted.";

    private PhotoHeader? _header;

    /// <summary>The content type that the first bytes show, whatever the client said; null before <see cref="See"/>.</summary>
    public string? ContentType { get; private set; }

    /// <summary>Looks at a part of the photo as it comes; only the first is needed.</summary>
    public void See(ReadOnlySpan<byte> part)
    {
        if (ContentType is not null)
            return;
        var detected = ImageFormats.Detect(part[..Math.Min(part.Length, ImageFormats.BytesToDetect)]);
        ContentType = detected.ContentType
            ?? throw RequestRefusedException.UnsupportedMedia($"The bytes are not a photo in a format that we read, but: {detected.Name}. {Accepted}");
        // The usual photo's header is in its first part: the file need not be opened again.
        _header = PhotoHeader.ReadStart(part);
    }

    /// <summary>Refuses a photo whose header cannot be read, that has too many pixels or more than one picture.</summary>
    /// <param name="path">Where its bytes are by now.</param>
    public void CheckHeader(string path)
    {
        var header = _header;
        try
        {
            header ??= PhotoHeader.Read(path);
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
