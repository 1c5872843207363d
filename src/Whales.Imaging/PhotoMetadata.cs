using System.Buffers;
using Whales.Imaging.Metadata;

namespace Whales.Imaging;

/// <summary>Copies of photos that do not say where they were taken: these animals are hunted by ship traffic and by people.</summary>
public static class PhotoMetadata
{
    /// <summary>
    /// Copies a photo without its position and every other place where one may hide: EXIF, XMP, IPTC, comments, maker notes, previews,
    /// unknown blocks and what follows the picture. Orientation and colour profile stay, so the copy looks the same.
    /// JPEG, PNG, WebP and GIF keep their compressed pixels bit for bit. A TIFF is written anew without loss (deflate), its first page alone.
    /// An AVIF is encoded anew at quality 90, its main picture alone, since its boxes point into each other.
    /// </summary>
    /// <param name="photo">The stored photo, read to its end; it is held in memory meanwhile.</param>
    /// <param name="format">Its format, from its first bytes.</param>
    /// <param name="output">Where the copy goes.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="UnreadableImageException">The photo is damaged; nothing was written.</exception>
    public static async Task WriteWithoutPositionAsync(Stream photo, ImageFormat format, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentNullException.ThrowIfNull(output);
        var (buffer, length) = await ReadAsync(photo, cancellationToken);
        try
        {
            // All parts are known before the first is written: a fault leaves the output untouched.
            foreach (var part in WithoutPosition(buffer.AsMemory(0, length), format))
                await output.WriteAsync(part, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static List<ReadOnlyMemory<byte>> WithoutPosition(ReadOnlyMemory<byte> photo, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => JpegCleaner.Clean(photo),
        ImageFormat.Png => PngCleaner.Clean(photo),
        ImageFormat.WebP => WebpCleaner.Clean(photo),
        ImageFormat.Gif => GifCleaner.Clean(photo),
        ImageFormat.Tiff or ImageFormat.Avif => [VipsCleaner.Clean(photo.Span, format)],
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a photo format."),
    };

    private static async Task<(byte[] Buffer, int Length)> ReadAsync(Stream photo, CancellationToken cancellationToken)
    {
        var expected = photo.CanSeek ? (int)Math.Min(photo.Length - photo.Position, Array.MaxLength - 1) : 1 << 16;
        var buffer = ArrayPool<byte>.Shared.Rent(expected + 1); // One more, so that the end is met without growing.
        var length = 0;
        while (true)
        {
            var read = await photo.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
                return (buffer, length);
            length += read;
            if (length < buffer.Length)
                continue;

            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * buffer.Length, Array.MaxLength));
            buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
    }
}
