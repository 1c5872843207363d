namespace Whales.Imaging.Metadata;

/// <summary>Keeps frames and what animates them; drops comments, texts and the blocks of applications, XMP among them.</summary>
internal static class GifCleaner
{
    private const byte Extension = 0x21, ImageBlock = 0x2C, Trailer = 0x3B;
    private const byte GraphicControl = 0xF9, Application = 0xFF;

    public static List<ReadOnlyMemory<byte>> Clean(ReadOnlyMemory<byte> photo)
    {
        var gif = photo.Span;
        var at = 13;
        at += ColourTable(gif, 10);
        if (at > gif.Length)
            throw UnreadableImageException.Damaged(ImageFormat.Gif);
        List<ReadOnlyMemory<byte>> parts = [photo[..at]];
        while (at < gif.Length)
        {
            var start = at;
            switch (gif[at])
            {
                case Trailer:
                    parts.Add(photo.Slice(at, 1));
                    return parts;
                case Extension when at + 2 < gif.Length:
                    at = SkipBlocks(gif, at + 2);
                    if (Keep(gif[start..at]))
                        parts.Add(photo[start..at]);
                    break;
                case ImageBlock when at + 10 < gif.Length:
                    at = SkipBlocks(gif, at + 10 + ColourTable(gif, at + 9) + 1);
                    parts.Add(photo[start..at]);
                    break;
                default:
                    throw UnreadableImageException.Damaged(ImageFormat.Gif);
            }
        }

        throw UnreadableImageException.Damaged(ImageFormat.Gif);
    }

    private static bool Keep(ReadOnlySpan<byte> extension) => extension[1] switch
    {
        GraphicControl => true,
        Application => extension[3..].StartsWith("NETSCAPE2.0"u8) || extension[3..].StartsWith("ANIMEXTS1.0"u8),
        _ => false,
    };

    /// <summary>Bytes of the table that the flags announce.</summary>
    private static int ColourTable(ReadOnlySpan<byte> gif, int flagsAt)
    {
        if (flagsAt >= gif.Length)
            throw UnreadableImageException.Damaged(ImageFormat.Gif);
        var flags = gif[flagsAt];
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    /// <summary>Past a chain of blocks, each of which starts with its length; a zero ends it.</summary>
    private static int SkipBlocks(ReadOnlySpan<byte> gif, int at)
    {
        while (at < gif.Length)
        {
            int length = gif[at++];
            if (length == 0)
                return at;
            at += length;
        }

        throw UnreadableImageException.Damaged(ImageFormat.Gif);
    }
}
