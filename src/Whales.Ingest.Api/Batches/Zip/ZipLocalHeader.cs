using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Whales.Ingest.Api.Batches.Zip;

/// <summary>The header in front of an entry's bytes, which repeats the directory.</summary>
internal static class ZipLocalHeader
{
    public const int Length = 30;

    private const uint Signature = 0x04034B50;

    /// <summary>Where the entry's packed bytes begin, once its header has said the same as the directory.</summary>
    public static long FindData(SafeFileHandle file, ZipEntry entry)
    {
        Span<byte> head = stackalloc byte[Length];
        SpoolReader.ReadExactly(file, entry.HeaderAt, head);
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != Signature)
            throw Differs(entry);
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(head[26..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(head[28..]);
        var data = entry.HeaderAt + Length + nameLength + extraLength;
        if (data + entry.PackedSize > entry.EndsBefore)
            throw BatchRefusals.Mismatch($"The entry {ZipNames.Shown(entry.Name)} overlaps another one.");

        var rest = new byte[nameLength + extraLength];
        SpoolReader.ReadExactly(file, entry.HeaderAt + Length, rest);
        if (!rest.AsSpan(0, nameLength).SequenceEqual(entry.RawName)
            || ((BinaryPrimitives.ReadUInt16LittleEndian(head[6..]) ^ entry.Flags) & ZipEntry.MeaningfulFlags) != 0
            || BinaryPrimitives.ReadUInt16LittleEndian(head[8..]) != entry.Method)
            throw Differs(entry);
        // Behind the bytes stand check sum and sizes once more, for those who could not go back.
        if (!entry.SizesFollow)
            CheckSizes(head, rest.AsSpan(nameLength), entry);
        return data;
    }

    private static void CheckSizes(ReadOnlySpan<byte> head, ReadOnlySpan<byte> extra, ZipEntry entry)
    {
        var (size, packed, _) = Zip64Extra.Resolve(
            extra, BinaryPrimitives.ReadUInt32LittleEndian(head[22..]), BinaryPrimitives.ReadUInt32LittleEndian(head[18..]), 0);
        if (BinaryPrimitives.ReadUInt32LittleEndian(head[14..]) != entry.Crc || size != entry.Size || packed != entry.PackedSize)
            throw Differs(entry);
    }

    private static Errors.RequestRefusedException Differs(ZipEntry entry) =>
        BatchRefusals.Mismatch($"The header in front of the entry {ZipNames.Shown(entry.Name)} says something else than the directory.");
}
