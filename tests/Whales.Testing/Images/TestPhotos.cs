using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Whales.Imaging.Headers;
using Whales.Imaging.Metadata;
using Whales.Imaging.Native;

namespace Whales.Testing.Images;

/// <summary>Makes photos of every kind in memory, the same bytes each time.</summary>
public static class TestPhotos
{
    /// <summary>A JPEG of waves: about 25 kB at 512 x 384.</summary>
    public static byte[] Jpeg(int width = 512, int height = 384) => Jpeg(Picture.Waves(width, height));

    public static byte[] Jpeg(Picture picture) => Encode(picture, "jpegsave_buffer"u8, "Q=92,subsample_mode=off,keep=icc"u8);

    public static byte[] ProgressiveJpeg(Picture picture) => Encode(picture, "jpegsave_buffer"u8, "Q=92,interlace=true,keep=icc"u8);

    public static byte[] Png(Picture picture) => Encode(picture, "pngsave_buffer"u8, "compression=6"u8);

    public static byte[] WebP(Picture picture) => Encode(picture, "webpsave_buffer"u8, "Q=95"u8);

    public static byte[] LosslessWebP(Picture picture) => Encode(picture, "webpsave_buffer"u8, "lossless=true"u8);

    public static byte[] Tiff(Picture picture) => Encode(picture, "tiffsave_buffer"u8, "compression=lzw"u8);

    public static byte[] Avif(Picture picture) => Encode(picture, "heifsave_buffer"u8, "compression=av1,Q=90,effort=1"u8);

    public static byte[] Gif(Picture picture) => Encode(picture, "gifsave_buffer"u8, ""u8);

    /// <summary>An animation: the picture, then ones that differ from it in a pixel each, lest the encoder joins them.</summary>
    public static byte[] Gif(Picture first, int frames)
    {
        var size = first.Pixels.Length;
        var pixels = new byte[size * frames];
        for (var frame = 0; frame < frames; frame++)
        {
            first.Pixels.CopyTo(pixels, frame * size);
            if (frame > 0)
                pixels.AsSpan(frame * size + frame * 3 % size, 3).Clear();
        }

        return PictureEncoder.Encode<byte>(
            pixels, first.Width, first.Height * frames, 3, VipsInterpretation.Srgb, "gifsave_buffer"u8, ""u8, frames: frames);
    }

    public static byte[] GreyJpeg(int width, int height, byte value)
    {
        var pixels = Filled(width * height, value);
        return PictureEncoder.Encode<byte>(pixels, width, height, 1, VipsInterpretation.BlackWhite, "jpegsave_buffer"u8, "Q=95,keep=icc"u8);
    }

    /// <summary>One ink colour: 0 (none) to 255 (full) of cyan, magenta, yellow, black.</summary>
    public static byte[] CmykJpeg(int width, int height, params ReadOnlySpan<byte> inks)
    {
        var pixels = Repeated(width * height, inks);
        return PictureEncoder.Encode<byte>(pixels, width, height, 4, VipsInterpretation.Cmyk, "jpegsave_buffer"u8, "Q=95,keep=icc"u8);
    }

    /// <summary>One colour with 16 bits a channel.</summary>
    public static byte[] Png16(int width, int height, params ReadOnlySpan<ushort> rgb)
    {
        var pixels = Repeated(width * height, rgb);
        return PictureEncoder.Encode<ushort>(pixels, width, height, 3, VipsInterpretation.Rgb16, "pngsave_buffer"u8, "compression=6"u8);
    }

    /// <summary>One colour with 0 (transparent) to 255 (opaque) as its fourth number.</summary>
    public static byte[] AlphaPng(int width, int height, params ReadOnlySpan<byte> rgba)
    {
        var pixels = Repeated(width * height, rgba);
        return PictureEncoder.Encode<byte>(pixels, width, height, 4, VipsInterpretation.Srgb, "pngsave_buffer"u8, "compression=6"u8);
    }

    /// <summary>A PNG whose numbers are Display P3, and say so in a profile.</summary>
    public static byte[] DisplayP3Png(Picture picture) => Encode(picture, "pngsave_buffer"u8, "compression=6"u8, PictureEncoder.Profile("name=p3"u8));

    /// <summary>A JPEG with an sRGB profile, as most cameras write.</summary>
    public static byte[] SrgbJpeg(Picture picture) => Encode(picture, "jpegsave_buffer"u8, "Q=92,keep=icc"u8, PictureEncoder.Profile("name=srgb"u8));

    /// <summary>The scene upright in <paramref name="upright"/>, stored as a camera held that way stores it.</summary>
    public static byte[] OrientedJpeg(Picture upright, int orientation) => WithOrientation(Jpeg(upright.StoredAs(orientation)), orientation);

    /// <summary>The JPEG with an EXIF block that says 1 to 8 and nothing else.</summary>
    public static byte[] WithOrientation(byte[] jpeg, int orientation) =>
        WithSegments(jpeg, Segment(JpegSegment.App1, "Exif\0\0"u8, ExifOrientation.Write(orientation)));

    /// <summary>The PNG with an eXIf chunk that says 1 to 8.</summary>
    public static byte[] PngWithOrientation(byte[] png, int orientation) => PngWithChunk(png, "eXIf"u8, ExifOrientation.Write(orientation));

    /// <summary>The PNG with a further chunk behind its header.</summary>
    public static byte[] PngWithChunk(byte[] png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        const int AfterHeader = 8 + 25;
        return [.. png[..AfterHeader], .. PngCleaner.Chunk(type, data), .. png[AfterHeader..]];
    }

    /// <summary>The JPEG with further segments behind its first marker.</summary>
    public static byte[] WithSegments(byte[] jpeg, params ReadOnlySpan<byte[]> segments)
    {
        List<byte> bytes = [.. jpeg[..2]];
        foreach (var segment in segments)
            bytes.AddRange(segment);
        bytes.AddRange(jpeg[2..]);
        return [.. bytes];
    }

    /// <summary>A JPEG segment of a marker (the byte after 0xFF).</summary>
    public static byte[] Segment(byte marker, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data)
    {
        var segment = new byte[4 + prefix.Length + data.Length];
        segment[0] = 0xFF;
        segment[1] = marker;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(segment.Length - 2));
        prefix.CopyTo(segment.AsSpan(4));
        data.CopyTo(segment.AsSpan(4 + prefix.Length));
        return segment;
    }

    /// <summary>The first part of a file, as an upload that broke off leaves it.</summary>
    public static byte[] Truncated(byte[] photo, double part = 0.5) => photo[..(int)(photo.Length * part)];

    /// <summary>30,000 x 30,000 pixels announced in about a kilobyte.</summary>
    public static byte[] HugePng() => PngOf(30_000, 30_000, bits: 8, colourType: 0, palette: default, bytes: 900_000);

    /// <summary>A whole PNG of one colour that may have hundreds of millions of pixels: eight of them are a byte before they are packed.</summary>
    public static byte[] LargePng(int width, int height, (byte Red, byte Green, byte Blue) colour) =>
        PngOf(width, height, bits: 1, colourType: 3, [colour.Red, colour.Green, colour.Blue], (1 + (width + 7) / 8) * height);

    /// <summary>So many zeros as the packed pixels, whether that is all of them or not.</summary>
    private static byte[] PngOf(int width, int height, byte bits, byte colourType, ReadOnlySpan<byte> palette, int bytes)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = bits;
        header[9] = colourType;
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
            zlib.Write(new byte[bytes]);
        return
        [
            0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, .. PngCleaner.Chunk("IHDR"u8, header),
            .. palette.IsEmpty ? [] : PngCleaner.Chunk("PLTE"u8, palette), .. PngCleaner.Chunk("IDAT"u8, data.ToArray()), .. PngCleaner.Chunk("IEND"u8, default),
        ];
    }

    public static byte[] Svg() => Utf8("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><rect width=\"9\" height=\"9\"/></svg>\n");

    public static byte[] Pdf() => Utf8("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n");

    public static byte[] Text() => Utf8("This is a list of sightings, not a photo.\n");

    public static byte[] Html() => Utf8("<!DOCTYPE html><html><body>Not found</body></html>");

    /// <summary>The first bytes of a phone's HEIC photo.</summary>
    public static byte[] Heic() => [0, 0, 0, 0x18, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. new byte[64]];

    private static byte[] Encode(Picture picture, ReadOnlySpan<byte> saver, ReadOnlySpan<byte> options, byte[]? profile = null) =>
        PictureEncoder.Encode<byte>(picture.Pixels, picture.Width, picture.Height, 3, VipsInterpretation.Srgb, saver, options, profile);

    private static byte[] Filled(int count, byte value) => Repeated(count, [value]);

    private static T[] Repeated<T>(int count, ReadOnlySpan<T> values)
    {
        var all = new T[count * values.Length];
        for (var i = 0; i < all.Length; i++)
            all[i] = values[i % values.Length];
        return all;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
