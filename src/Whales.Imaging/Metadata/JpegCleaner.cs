using System.Buffers.Binary;
using Whales.Imaging.Headers;

namespace Whales.Imaging.Metadata;

/// <summary>Keeps the segments that make the picture, and of the rest only JFIF, the colour profile and Adobe's colour transform.</summary>
internal static class JpegCleaner
{
    public static List<ReadOnlyMemory<byte>> Clean(ReadOnlyMemory<byte> photo)
    {
        var jpeg = photo.Span;
        var orientation = JpegHeader.Read(jpeg).Orientation;
        var exif = orientation == 1 ? ReadOnlyMemory<byte>.Empty : Exif(orientation);
        List<ReadOnlyMemory<byte>> parts = [];
        var segments = new JpegSegments(jpeg);
        while (segments.MoveNext())
        {
            var segment = segments.Current;
            var start = segment.Start;

            // After SOI, and after JFIF, which wants to be first.
            if (!exif.IsEmpty && segment.Marker is not (JpegSegment.Soi or JpegSegment.App0))
            {
                parts.Add(exif);
                exif = default;
            }

            if (segment.Marker == JpegSegment.Eoi)
            {
                // What follows the end (a second picture, a film, a maker's block) is left out.
                parts.Add(photo.Slice(start, 2));
                return parts;
            }

            if (segment.Marker == JpegSegment.Sos)
                parts.Add(photo[start..segments.SkipScanData()]);
            else if (Keep(segment, jpeg))
                parts.Add(photo.Slice(start, segment.Length));
        }

        throw UnreadableImageException.Damaged(ImageFormat.Jpeg);
    }

    private static bool Keep(JpegSegment segment, ReadOnlySpan<byte> jpeg) => segment.Marker switch
    {
        JpegSegment.App0 => segment.Payload(jpeg).StartsWith("JFIF\0"u8),
        JpegSegment.App2 => segment.Payload(jpeg).StartsWith("ICC_PROFILE\0"u8),
        JpegSegment.App14 => segment.Payload(jpeg).StartsWith("Adobe"u8),
        JpegSegment.Comment => false,
        >= 0xE0 and <= JpegSegment.App15 => false,
        _ => true,
    };

    private static byte[] Exif(int orientation)
    {
        var tiff = ExifOrientation.Write(orientation);
        var segment = new byte[10 + tiff.Length];
        segment[0] = 0xFF;
        segment[1] = JpegSegment.App1;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(segment.Length - 2));
        "Exif\0\0"u8.CopyTo(segment.AsSpan(4));
        tiff.CopyTo(segment, 10);
        return segment;
    }
}
