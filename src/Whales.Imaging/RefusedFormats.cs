using System.Buffers.Binary;
using System.Text;

namespace Whales.Imaging;

/// <summary>Names for what we do not take, so that an answer can say "this is a PDF document" instead of "not a photo".</summary>
internal static class RefusedFormats
{
    public static string Name(ReadOnlySpan<byte> b)
    {
        if (b.IndexOf("%PDF-"u8) >= 0)
            return "PDF document";
        if (b.StartsWith("PK\x03\x04"u8) || b.StartsWith("PK\x05\x06"u8))
            return "ZIP archive";
        if (b.StartsWith("BM"u8) && b.Length >= 14 && b[6..10].IndexOfAnyExcept((byte)0) < 0)
            return "BMP picture";
        if (b.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || b.StartsWith("\0\0\0\x0CJXL "u8))
            return "JPEG XL picture";
        if (b.StartsWith("\0\0\0\x0CjP  "u8))
            return "JPEG 2000 picture";
        if (b.StartsWith("8BPS"u8))
            return "Photoshop document";
        if (b.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0]))
            return "icon";
        if (IsRaw(b))
            return "camera RAW photo";
        if (b.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) || b.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xBC, 0xAF]) || b.StartsWith("Rar!"u8))
            return "archive";
        return TextName(b);
    }

    /// <summary>DNG, NEF and ARW call themselves TIFF; as TIFF only their thumbnail would be seen.</summary>
    public static bool IsRawTiff(ReadOnlySpan<byte> b)
    {
        const ushort NewSubfileType = 254, SubIfds = 330, DngVersion = 50706;
        if (b.Length >= 10 && b[8..].StartsWith("CR"u8))
            return true;

        var little = b[0] == 'I';
        if (b.Length < 10 || U16(b[2..], little) != 42)
            return false;
        var at = U32(b[4..], little);
        if (at > (uint)b.Length - 2)
            return false;

        var entries = b[(int)at..];
        bool thumbnail = false, subIfds = false;
        for (int i = 0, count = U16(entries, little); i < count && entries.Length >= 2 + (i + 1) * 12; i++)
        {
            var entry = entries.Slice(2 + i * 12, 12);
            switch (U16(entry, little))
            {
                case DngVersion:
                    return true;
                case NewSubfileType:
                    thumbnail = (U32(entry[8..], little) & 1) != 0;
                    break;
                case SubIfds:
                    subIfds = true;
                    break;
            }
        }

        return thumbnail && subIfds;
    }

    private static bool IsRaw(ReadOnlySpan<byte> b) =>
        b.StartsWith("IIRO"u8) || b.StartsWith("IIRS"u8) || b.StartsWith("MMOR"u8) || b.StartsWith("IIU\0"u8) || b.StartsWith("FUJIFILMCCD-RAW"u8);

    private static string TextName(ReadOnlySpan<byte> b)
    {
        if (b.IndexOf((byte)0) >= 0 || !IsUtf8(b))
            return "file of an unknown kind";
        if (b.StartsWith("\uFEFF"u8))
            b = b[3..];

        Span<char> lower = stackalloc char[b.Length];
        var text = (ReadOnlySpan<char>)lower[..Encoding.Latin1.GetChars(b, lower)];
        var start = text.TrimStart();
        bool Starts(ReadOnlySpan<char> start, string with) => start.StartsWith(with, StringComparison.OrdinalIgnoreCase);
        if (Starts(start, "<!doctype html") || Starts(start, "<html"))
            return "HTML page";
        if (start.StartsWith('<') && text.Contains("<svg", StringComparison.OrdinalIgnoreCase))
            return "SVG drawing";
        return Starts(start, "<?xml") ? "XML document" : "text";
    }

    /// <summary>True also when the last character is cut in half, as it may be after the first kilobyte.</summary>
    private static bool IsUtf8(ReadOnlySpan<byte> b)
    {
        for (var cut = 0; cut < 4 && cut <= b.Length; cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(b[..^cut]))
                return true;
        }

        return false;
    }

    private static ushort U16(ReadOnlySpan<byte> b, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(b) : BinaryPrimitives.ReadUInt16BigEndian(b);

    private static uint U32(ReadOnlySpan<byte> b, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(b) : BinaryPrimitives.ReadUInt32BigEndian(b);
}
