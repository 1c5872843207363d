using System.Buffers.Binary;

namespace Whales.Imaging.Headers;

/// <summary>Size and orientation from a JPEG's marker segments.</summary>
internal static class JpegHeader
{
    public static PhotoHeader Read(ReadOnlySpan<byte> jpeg) => Find(jpeg) ?? throw UnreadableImageException.Damaged(ImageFormat.Jpeg);

    /// <summary>Null where the bytes hold no sound frame header, perhaps because they end before it.</summary>
    public static PhotoHeader? Find(ReadOnlySpan<byte> jpeg)
    {
        var orientation = 0;
        var segments = new JpegSegments(jpeg);
        while (segments.MoveNext())
        {
            var segment = segments.Current;
            var payload = segment.Payload(jpeg);
            if (orientation == 0 && segment.Marker == JpegSegment.App1 && payload.StartsWith("Exif\0\0"u8))
                orientation = ExifOrientation.Read(payload[6..]);
            if (segment.IsFrame)
                return FromFrame(payload, Math.Max(orientation, 1));
            if (segment.Marker is JpegSegment.Sos or JpegSegment.Eoi)
                break;
        }

        return null;
    }

    // Frame header: precision, height (2), width (2), components.
    private static PhotoHeader? FromFrame(ReadOnlySpan<byte> frame, int orientation)
    {
        if (frame.Length < 6)
            return null;
        int height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        if (width == 0 || height == 0)
            return null;
        return new PhotoHeader(ImageFormat.Jpeg, width, height, 1, orientation);
    }
}
