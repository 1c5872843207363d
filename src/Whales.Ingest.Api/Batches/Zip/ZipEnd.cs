using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Whales.Ingest.Api.Batches.Zip;

/// <summary>Where a ZIP's central directory lies, from the records behind it.</summary>
/// <param name="DirectoryAt">From the start of the ZIP.</param>
/// <param name="DirectoryLength">In bytes.</param>
/// <param name="Entries">How many it says it has.</param>
internal readonly record struct ZipEnd(long DirectoryAt, long DirectoryLength, long Entries)
{
    private const uint Signature = 0x06054B50;
    private const uint Signature64 = 0x06064B50;
    private const uint LocatorSignature = 0x07064B50;
    private const int Length = 22;
    private const int Length64 = 56;
    private const int LocatorLength = 20;
    private const int MaxComment = ushort.MaxValue;

    public static ZipEnd Find(SafeFileHandle file, long start, long length)
    {
        var tail = new byte[(int)Math.Min(length, Length + MaxComment)];
        SpoolReader.ReadExactly(file, start + length - tail.Length, tail);
        for (var at = tail.Length - Length; at >= 0; at--)
        {
            var record = tail.AsSpan(at);
            // The comment must end where the file ends: two readers could else find two directories.
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) == Signature && BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) == record.Length - Length)
                return Read(file, start, length - tail.Length + at, record);
        }

        throw BatchRefusals.Malformed("The ZIP has no directory at its end. Was the file cut off, or is it no ZIP?");
    }

    private static ZipEnd Read(SafeFileHandle file, long start, long recordAt, ReadOnlySpan<byte> record)
    {
        var entriesHere = BinaryPrimitives.ReadUInt16LittleEndian(record[8..]);
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) is not (0 or uint.MaxValue) || entriesHere != entries)
            throw BatchRefusals.Malformed("The ZIP is a part of several. Put it together first.");
        var end = new ZipEnd(BinaryPrimitives.ReadUInt32LittleEndian(record[16..]), BinaryPrimitives.ReadUInt32LittleEndian(record[12..]), entries);
        var directoryEnd = recordAt;
        if (Find64(file, start, recordAt) is var (at, end64))
        {
            if (!Agree(end.DirectoryAt, end64.DirectoryAt, uint.MaxValue) || !Agree(end.DirectoryLength, end64.DirectoryLength, uint.MaxValue)
                || !Agree(end.Entries, end64.Entries, ushort.MaxValue))
                throw BatchRefusals.Mismatch("The two ends of the ZIP (with 32 and with 64 bits) say different things.");
            end = end64;
            directoryEnd = at;
        }

        // Written so that nothing overflows: both come from the file.
        if (end.DirectoryAt < 0 || end.DirectoryLength < 0 || end.DirectoryAt > directoryEnd || end.DirectoryLength != directoryEnd - end.DirectoryAt)
            throw BatchRefusals.Malformed("The directory of the ZIP is not where its end says. Was something put before it, or cut out?");
        return end;
    }

    private static bool Agree(long small, long large, long saturated) => small == saturated || small == large;

    private static (long At, ZipEnd End)? Find64(SafeFileHandle file, long start, long recordAt)
    {
        if (recordAt < LocatorLength + Length64)
            return null;
        Span<byte> locator = stackalloc byte[LocatorLength];
        SpoolReader.ReadExactly(file, start + recordAt - LocatorLength, locator);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != LocatorSignature)
            return null;

        var at = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        Span<byte> record = stackalloc byte[Length64];
        if (at < 0 || at > recordAt - LocatorLength - Length64)
            throw BatchRefusals.Malformed("The ZIP's end with 64 bits is not where it should be.");
        SpoolReader.ReadExactly(file, start + at, record);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != Signature64
            || BinaryPrimitives.ReadInt64LittleEndian(record[4..]) != recordAt - LocatorLength - at - 12)
            throw BatchRefusals.Malformed("The ZIP's end with 64 bits is not where it should be.");
        var entries = BinaryPrimitives.ReadInt64LittleEndian(record[32..]);
        if (entries < 0 || BinaryPrimitives.ReadInt64LittleEndian(record[24..]) != entries)
            throw BatchRefusals.Malformed("The ZIP is a part of several. Put it together first.");
        return (at, new ZipEnd(BinaryPrimitives.ReadInt64LittleEndian(record[48..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]), entries));
    }
}
