using System.Buffers.Binary;

namespace Whales.Ingest.Api.Batches.Zip;

/// <summary>The extra field that holds what does not fit into 32 bits.</summary>
internal static class Zip64Extra
{
    private const ushort Id = 0x0001;

    /// <summary>The true values: those of the header, or, where they are all ones, the next of the extra field.</summary>
    public static (long Size, long Packed, long Header) Resolve(ReadOnlySpan<byte> extra, uint size, uint packed, uint header)
    {
        var more = size == uint.MaxValue || packed == uint.MaxValue || header == uint.MaxValue ? Find(extra) : default;
        var trueSize = Next(size, ref more);
        var truePacked = Next(packed, ref more);
        return (trueSize, truePacked, Next(header, ref more));
    }

    private static long Next(uint small, ref ReadOnlySpan<byte> more)
    {
        if (small != uint.MaxValue || more.Length < sizeof(long))
            return small;
        var value = BinaryPrimitives.ReadInt64LittleEndian(more);
        more = more[sizeof(long)..];
        return value >= 0 ? value : throw BatchRefusals.Mismatch("An entry of the ZIP has an impossible size.");
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4)
                break;
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == Id)
                return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return default;
    }
}
