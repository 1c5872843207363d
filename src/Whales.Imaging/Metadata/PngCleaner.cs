using System.Buffers.Binary;
using Whales.Imaging.Headers;

namespace Whales.Imaging.Metadata;

/// <summary>Keeps the chunks that make the picture and its colours.</summary>
internal static class PngCleaner
{
    private const int SignatureLength = 8;

    public static List<ReadOnlyMemory<byte>> Clean(ReadOnlyMemory<byte> photo)
    {
        if (photo.Length < SignatureLength)
            throw UnreadableImageException.Damaged(ImageFormat.Png);
        List<ReadOnlyMemory<byte>> parts = [photo[..SignatureLength]];
        var orientationAt = 0;
        for (var at = SignatureLength; at + 12 <= photo.Length;)
        {
            var chunk = photo.Span[at..];
            var size = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (size > (uint)chunk.Length - 12)
                break;

            var length = 12 + (int)size;
            var type = chunk.Slice(4, 4);
            if (Keep(type))
                parts.Add(photo.Slice(at, length));
            if (type.SequenceEqual("IHDR"u8))
                orientationAt = parts.Count;
            if (type.SequenceEqual("eXIf"u8) && orientationAt > 0 && ExifOrientation.Read(chunk.Slice(8, (int)size)) is > 1 and var orientation)
            {
                parts.Insert(orientationAt, Chunk("eXIf"u8, ExifOrientation.Write(orientation)));
                orientationAt = 0; // The first one counts.
            }

            if (type.SequenceEqual("IEND"u8))
                return parts;
            at += length;
        }

        throw UnreadableImageException.Damaged(ImageFormat.Png);
    }

    public static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static bool Keep(ReadOnlySpan<byte> type)
    {
        var kept = "IHDRPLTEIDATIENDtRNSgAMAcHRMsRGBiCCPcICPmDCVcLLIsBITbKGDpHYsacTLfcTLfdAT"u8;
        for (var i = 0; i < kept.Length; i += 4)
        {
            if (type.SequenceEqual(kept.Slice(i, 4)))
                return true;
        }

        return false;
    }

    // A few dozen bytes at most: a table would be longer than the loop saves.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
