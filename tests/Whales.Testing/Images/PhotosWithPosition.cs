using System.Text;
using Whales.Imaging.Headers;
using Whales.Imaging.Native;

namespace Whales.Testing.Images;

/// <summary>Photos that say where they were taken, in every place that we know of.</summary>
public static class PhotosWithPosition
{
    /// <summary>Stands in every text that gives the position away.</summary>
    public const string Secret = "42.123456N";

    /// <summary>The numerator of the seconds in the EXIF position, as its four bytes stand in the file.</summary>
    public static ReadOnlySpan<byte> SecretSeconds => [0x15, 0xCD, 0x5B, 0x07];

    /// <summary>A JPEG with EXIF position and orientation, XMP, extended XMP, IPTC, a comment and a trailer after its end.</summary>
    public static byte[] Jpeg(byte[] jpeg, int orientation = 1) =>
    [
        .. TestPhotos.WithSegments(
            jpeg,
            TestPhotos.Segment(JpegSegment.App1, "Exif\0\0"u8, Exif(orientation)),
            TestPhotos.Segment(JpegSegment.App1, "http://ns.adobe.com/xap/1.0/\0"u8, Text),
            TestPhotos.Segment(JpegSegment.App1, "http://ns.adobe.com/xmp/extension/\0"u8, Text),
            TestPhotos.Segment(0xED, "Photoshop 3.0\0"u8, Text),
            TestPhotos.Segment(JpegSegment.App2, "MPF\0"u8, Text),
            TestPhotos.Segment(JpegSegment.Comment, default, Text)),
        .. Text,
    ];

    /// <summary>A PNG with the position in EXIF and in each kind of text.</summary>
    public static byte[] Png(byte[] png, int orientation = 1)
    {
        png = TestPhotos.PngWithChunk(png, "eXIf"u8, Exif(orientation));
        png = TestPhotos.PngWithChunk(png, "tEXt"u8, [.. "GPS\0"u8, .. Text]);
        png = TestPhotos.PngWithChunk(png, "zTXt"u8, [.. "GPS\0\0"u8, .. Text]);
        png = TestPhotos.PngWithChunk(png, "iTXt"u8, [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. Text]);
        return [.. png, .. Text];
    }

    public static byte[] WebP(Picture picture, int orientation = 1) => Encode(picture, "webpsave_buffer"u8, "lossless=true"u8, orientation);

    public static byte[] Tiff(Picture picture) => Encode(picture, "tiffsave_buffer"u8, "compression=lzw"u8, 1);

    public static byte[] Avif(Picture picture) => Encode(picture, "heifsave_buffer"u8, "compression=av1,Q=90,effort=1"u8, 1);

    /// <summary>A GIF with the position in a comment and in an application's block.</summary>
    public static byte[] Gif(byte[] gif)
    {
        // Extensions may stand before the trailer, the last byte.
        byte[] text = Text;
        return [.. gif[..^1], 0x21, 0xFE, (byte)text.Length, .. text, 0, 0x21, 0xFF, 11, .. "XMP DataXMP"u8, (byte)text.Length, .. text, 0, gif[^1], .. text];
    }

    /// <summary>EXIF with an orientation and a position of 42 degrees, 7 minutes, 123.456789 seconds north.</summary>
    public static byte[] Exif(int orientation)
    {
        const int Gps = 38, Latitude = 68;
        return
        [
            (byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0,
            2, 0,
            0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0,
            0x25, 0x88, 4, 0, 1, 0, 0, 0, Gps, 0, 0, 0,
            0, 0, 0, 0,
            2, 0,
            0x01, 0x00, 2, 0, 2, 0, 0, 0, (byte)'N', 0, 0, 0,
            0x02, 0x00, 5, 0, 3, 0, 0, 0, Latitude, 0, 0, 0,
            0, 0, 0, 0,
            42, 0, 0, 0, 1, 0, 0, 0,
            7, 0, 0, 0, 1, 0, 0, 0,
            .. SecretSeconds, 0x40, 0x42, 0x0F, 0,
        ];
    }

    private static byte[] Encode(Picture picture, ReadOnlySpan<byte> saver, ReadOnlySpan<byte> options, int orientation) => PictureEncoder.Encode<byte>(
        picture.Pixels, picture.Width, picture.Height, 3, VipsInterpretation.Srgb, saver, options, exif: Exif(orientation), xmp: Text);

    private static byte[] Text => Encoding.ASCII.GetBytes($"<exif:GPSLatitude>{Secret}</exif:GPSLatitude>");
}
