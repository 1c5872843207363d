using System.Buffers.Binary;

namespace Whales.Imaging;

/// <summary>Tells formats apart by their first bytes, whatever a file's name or a client's header says.</summary>
public static class ImageFormats
{
    /// <summary>How many bytes <see cref="Detect"/> wants to see; a shorter file is fine.</summary>
    public const int BytesToDetect = 1024;

    private static readonly DetectedFormat Jpeg = new(ImageFormat.Jpeg, "JPEG", "image/jpeg");
    private static readonly DetectedFormat Png = new(ImageFormat.Png, "PNG", "image/png");
    private static readonly DetectedFormat WebP = new(ImageFormat.WebP, "WebP", "image/webp");
    private static readonly DetectedFormat Avif = new(ImageFormat.Avif, "AVIF", "image/avif");
    private static readonly DetectedFormat Tiff = new(ImageFormat.Tiff, "TIFF", "image/tiff");
    private static readonly DetectedFormat Gif = new(ImageFormat.Gif, "GIF", "image/gif");

    /// <summary>Recognises a file from its first <see cref="BytesToDetect"/> bytes.</summary>
    public static DetectedFormat Detect(ReadOnlySpan<byte> firstBytes)
    {
        var b = firstBytes;
        if (b.IsEmpty)
            return Refused("empty file");
        if (b.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return Jpeg;
        if (b.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return Png;
        if (b.StartsWith("GIF87a"u8) || b.StartsWith("GIF89a"u8))
            return Gif;
        if (b.StartsWith("RIFF"u8) && b.Length >= 12)
            return b[8..].StartsWith("WEBP"u8) ? WebP : Refused("RIFF file (sound or video)");
        if (b.Length >= 12 && b[4..].StartsWith("ftyp"u8))
            return FromBrands(b);
        if (IsTiff(b))
            return RefusedFormats.IsRawTiff(b) ? Refused("camera RAW photo") : Tiff;
        return Refused(RefusedFormats.Name(b));
    }

    /// <summary>The media type of a stored photo's format.</summary>
    public static string ContentType(ImageFormat format) => Of(format).ContentType!;

    /// <summary>The format's name for people.</summary>
    public static string Name(ImageFormat format) => Of(format).Name;

    private static DetectedFormat Of(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => Jpeg,
        ImageFormat.Png => Png,
        ImageFormat.WebP => WebP,
        ImageFormat.Avif => Avif,
        ImageFormat.Tiff => Tiff,
        ImageFormat.Gif => Gif,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a photo format."),
    };

    private static DetectedFormat Refused(string name) => new(ImageFormat.None, name, null);

    // The last pair is BigTIFF.
    private static bool IsTiff(ReadOnlySpan<byte> b) =>
        b.StartsWith("II*\0"u8) || b.StartsWith("MM\0*"u8) || b.StartsWith("II+\0"u8) || b.StartsWith("MM\0+"u8);

    /// <summary>ISO media: AVIF, HEIC and video differ only in the brands of their first box.</summary>
    private static DetectedFormat FromBrands(ReadOnlySpan<byte> b)
    {
        var size = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(b), (uint)b.Length);
        var major = b.Slice(8, 4);
        if (IsAvif(major))
            return Avif;
        if (major.SequenceEqual("crx "u8))
            return Refused("camera RAW photo");

        // A neutral major brand: the compatible ones decide.
        if (major.SequenceEqual("mif1"u8) || major.SequenceEqual("msf1"u8) || major.SequenceEqual("miaf"u8))
        {
            for (var at = 16; at + 4 <= size; at += 4)
            {
                if (IsAvif(b.Slice(at, 4)))
                    return Avif;
            }

            return Refused("HEIC photo");
        }

        return major.StartsWith("he"u8) ? Refused("HEIC photo") : Refused("video");
    }

    private static bool IsAvif(ReadOnlySpan<byte> brand) => brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8);
}
