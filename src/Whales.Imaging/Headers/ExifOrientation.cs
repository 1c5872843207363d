using System.Buffers.Binary;

namespace Whales.Imaging.Headers;

/// <summary>The one EXIF tag that we need.</summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112;

    /// <summary>Orientation 1 to 8 from a TIFF structure (EXIF without its "Exif\0\0"); 1 when it does not say.</summary>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 10)
            return 1;
        bool little;
        if (tiff.StartsWith("II*\0"u8))
            little = true;
        else if (tiff.StartsWith("MM\0*"u8))
            little = false;
        else
            return 1;

        var at = U32(tiff[4..], little);
        if (at > (uint)tiff.Length - 2)
            return 1;
        var directory = tiff[(int)at..];
        int count = U16(directory, little);
        for (var i = 0; i < count && directory.Length >= 2 + (i + 1) * 12; i++)
        {
            var entry = directory.Slice(2 + i * 12, 12);
            if (U16(entry, little) != Tag)
                continue;
            var value = U16(entry[8..], little);
            return value is >= 1 and <= 8 ? value : 1;
        }

        return 1;
    }

    /// <summary>The smallest EXIF that says how to turn the photo: one directory of one entry.</summary>
    public static byte[] Write(int orientation) =>
    [
        (byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0,
        1, 0,
        Tag & 0xFF, Tag >> 8, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0,
        0, 0, 0, 0,
    ];

    private static ushort U16(ReadOnlySpan<byte> b, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(b) : BinaryPrimitives.ReadUInt16BigEndian(b);

    private static uint U32(ReadOnlySpan<byte> b, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(b) : BinaryPrimitives.ReadUInt32BigEndian(b);
}
