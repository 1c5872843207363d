using System.Buffers.Binary;

namespace Whales.Ingest.Api.Storage;

/// <summary>A UUIDv7 begins with the 48 bits of its unix time in milliseconds (RFC 9562, 5.7): ids can be chosen by time.</summary>
internal static class IdTimes
{
    private const long Latest = (1L << 48) - 1;

    /// <summary>No id made at or after <paramref name="time"/> is smaller, none made before is greater.</summary>
    public static Guid First(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Clamp(time.ToUnixTimeMilliseconds(), 0, Latest) << 16);
        return new Guid(bytes, bigEndian: true);
    }
}
