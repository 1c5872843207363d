using Whales.Imaging.Headers;

namespace Whales.Imaging;

/// <summary>What a photo's header says; no pixel is decoded for it.</summary>
/// <param name="Format">From the first bytes.</param>
/// <param name="Width">Pixels across, as stored (before <paramref name="Orientation"/>).</param>
/// <param name="Height">Pixels down, as stored.</param>
/// <param name="Frames">Pictures in the file: 1, or more for an animation or a TIFF with pages.</param>
/// <param name="Orientation">EXIF orientation, 1 (upright) to 8.</param>
public sealed record PhotoHeader(ImageFormat Format, int Width, int Height, int Frames, int Orientation)
{
    public long Pixels => (long)Width * Height;

    /// <summary>Reads the header of a file.</summary>
    /// <exception cref="UnreadableImageException">It is no photo, or its header is damaged.</exception>
    public static PhotoHeader Read(string path)
    {
        using var file = new MappedFile(path);
        return Read(file.Bytes);
    }

    /// <summary>The header of a JPEG whose first bytes hold it whole; otherwise null, and <see cref="Read(string)"/> must see the file.</summary>
    public static PhotoHeader? ReadStart(ReadOnlySpan<byte> firstBytes) =>
        ImageFormats.Detect(firstBytes[..Math.Min(firstBytes.Length, ImageFormats.BytesToDetect)]).Format == ImageFormat.Jpeg ? JpegHeader.Find(firstBytes) : null;

    /// <summary>Reads the header of a photo in memory.</summary>
    /// <exception cref="UnreadableImageException">It is no photo, or its header is damaged.</exception>
    public static PhotoHeader Read(ReadOnlySpan<byte> bytes)
    {
        var detected = ImageFormats.Detect(bytes[..Math.Min(bytes.Length, ImageFormats.BytesToDetect)]);
        return detected.Format switch
        {
            ImageFormat.None => throw UnreadableImageException.Unsupported(detected.Name),

            // Most uploads are JPEG, and libvips spends most of its time there on EXIF tags that we do not want.
            ImageFormat.Jpeg => JpegHeader.Read(bytes),
            var format => VipsHeader.Read(bytes, format),
        };
    }
}
