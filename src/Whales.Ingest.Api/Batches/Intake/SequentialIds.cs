using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Whales.Ingest.Api.Batches.Intake;

/// <summary>
/// UUIDv7 that grow from one to the next also within a millisecond (RFC 9562, 6.2, method 1), so that the photos of a batch, listed by id,
/// stand in the order in which they were sent. 62 bits of each are random.
/// </summary>
internal sealed class SequentialIds(DateTimeOffset start)
{
    private const int CounterBits = 12;

    private long _next;

    public Guid Next()
    {
        var count = _next++;
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[8..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (start.ToUnixTimeMilliseconds() + (count >> CounterBits)) << 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (count & ((1 << CounterBits) - 1))));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }
}
