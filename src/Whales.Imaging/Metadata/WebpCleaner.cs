using System.Buffers.Binary;
using Whales.Imaging.Headers;

namespace Whales.Imaging.Metadata;

/// <summary>Keeps the chunks that make the picture, and mends the header that counts and announces them.</summary>
internal static class WebpCleaner
{
    private const int RiffHeader = 12;
    private const byte ExifFlag = 0x08, XmpFlag = 0x04;

    public static List<ReadOnlyMemory<byte>> Clean(ReadOnlyMemory<byte> photo)
    {
        if (photo.Length < RiffHeader)
            throw UnreadableImageException.Damaged(ImageFormat.WebP);
        var header = photo[..RiffHeader].ToArray();
        List<ReadOnlyMemory<byte>> parts = [header];
        byte[]? extended = null;
        var orientation = 1;

        // The size in the header ends the picture: what follows is left out.
        var end = BinaryPrimitives.ReadUInt32LittleEndian(photo.Span[4..]) + 8L;
        if (end > photo.Length)
            throw UnreadableImageException.Damaged(ImageFormat.WebP);
        for (var at = RiffHeader; at + 8 <= end;)
        {
            var chunk = photo.Span[at..(int)end];
            var size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (size > (uint)chunk.Length - 8)
                throw UnreadableImageException.Damaged(ImageFormat.WebP);

            var length = (int)Math.Min(8 + size + (size & 1), (uint)chunk.Length);
            if (chunk.StartsWith("VP8X"u8) && size >= 10)
                parts.Add(extended = photo.Slice(at, length).ToArray());
            else if (chunk.StartsWith("EXIF"u8))
                orientation = Orientation(chunk.Slice(8, (int)size));
            else if (IsPicture(chunk))
                parts.Add(photo.Slice(at, length));
            at += length;
        }

        if (extended is not null)
        {
            extended[8] &= unchecked((byte)~(ExifFlag | XmpFlag));
            if (orientation > 1)
            {
                extended[8] |= ExifFlag;
                parts.Add(Exif(orientation));
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), (uint)(parts.Sum(part => (long)part.Length) - 8));
        return parts;
    }

    private static bool IsPicture(ReadOnlySpan<byte> chunk) =>
        chunk.StartsWith("VP8 "u8) || chunk.StartsWith("VP8L"u8) || chunk.StartsWith("ALPH"u8)
        || chunk.StartsWith("ANIM"u8) || chunk.StartsWith("ANMF"u8) || chunk.StartsWith("ICCP"u8);

    // Some writers put JPEG's prefix before it.
    private static int Orientation(ReadOnlySpan<byte> exif) => ExifOrientation.Read(exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif);

    private static byte[] Exif(int orientation)
    {
        var tiff = ExifOrientation.Write(orientation);
        var chunk = new byte[8 + tiff.Length]; // An even number of bytes: no padding.
        "EXIF"u8.CopyTo(chunk);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), tiff.Length);
        tiff.CopyTo(chunk, 8);
        return chunk;
    }
}
