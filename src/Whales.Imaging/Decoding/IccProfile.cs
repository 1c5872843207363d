using System.Buffers.Binary;

namespace Whales.Imaging.Decoding;

/// <summary>The little of an ICC profile that we read ourselves.</summary>
internal static class IccProfile
{
    /// <summary>True for an RGB profile that describes itself as sRGB.</summary>
    public static bool IsSrgb(ReadOnlySpan<byte> profile)
    {
        const int TagTable = 128;
        if (profile.Length < TagTable + 4 || !profile[16..].StartsWith("RGB "u8))
            return false;

        var tags = profile[(TagTable + 4)..];
        var count = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(profile[TagTable..]), (uint)tags.Length / 12);
        for (var i = 0; i < (int)count; i++)
        {
            var tag = tags.Slice(i * 12, 12);
            if (!tag.StartsWith("desc"u8))
                continue;
            uint at = BinaryPrimitives.ReadUInt32BigEndian(tag[4..]), length = BinaryPrimitives.ReadUInt32BigEndian(tag[8..]);
            if (at > (uint)profile.Length || length > (uint)profile.Length - at)
                return false;
            var text = profile.Slice((int)at, (int)length);

            // ASCII in profiles of version 2, UTF-16 in version 4.
            return text.IndexOf("sRGB"u8) >= 0 || text.IndexOf("s\0R\0G\0B"u8) >= 0;
        }

        return false;
    }
}
