using System.IO.Compression;
using System.Text;

namespace Whales.Ingest.Api.Tests.Batches;

/// <summary>One entry, with everything that its two headers may say wrongly.</summary>
internal sealed class ZipPart
{
    private byte[]? _packed;

    public required string Name { get; init; }

    public required byte[] Data { get; init; }

    public int Method { get; init; }

    public int Flags { get; init; }

    public byte[]? RawName { get; init; }

    /// <summary>The name in front of the bytes, where it differs from the directory's.</summary>
    public string? LocalName { get; init; }

    /// <summary>What both headers say in place of the true unpacked size.</summary>
    public long? SizeSaid { get; init; }

    public long? LocalSizeSaid { get; init; }

    public uint? CrcSaid { get; init; }

    /// <summary>Sizes stand in the extra field of 64 bits.</summary>
    public bool Zip64 { get; init; }

    /// <summary>Sizes follow behind the bytes, as archivers that cannot go back write it.</summary>
    public bool Streamed { get; init; }

    /// <summary>The number of an earlier entry whose bytes this one claims as well.</summary>
    public int? SharesBytesOf { get; init; }

    /// <summary>Changes the packed bytes.</summary>
    public Action<byte[]>? Damage { get; init; }

    private byte[] Packed => _packed ??= Pack();

    private long Size => SizeSaid ?? Data.Length;

    private int AllFlags => Flags | (Streamed ? 0x0008 : 0);

    private uint Crc => CrcSaid ?? Crc32(Data);

    public void WriteLocal(Stream zip)
    {
        var name = LocalName is { } other ? Encoding.UTF8.GetBytes(other) : RawName ?? Encoding.UTF8.GetBytes(Name);
        var localSize = LocalSizeSaid ?? Size;
        ZipBuilder.U32(zip, 0x04034B50);
        ZipBuilder.U16(zip, 20);
        ZipBuilder.U16(zip, AllFlags);
        ZipBuilder.U16(zip, Method);
        ZipBuilder.U32(zip, 0);
        ZipBuilder.U32(zip, Streamed ? 0 : Crc);
        ZipBuilder.U32(zip, Streamed ? 0 : Zip64 ? 0xFFFFFFFF : Packed.Length);
        ZipBuilder.U32(zip, Streamed ? 0 : Zip64 ? 0xFFFFFFFF : localSize);
        ZipBuilder.U16(zip, name.Length);
        ZipBuilder.U16(zip, Zip64 && !Streamed ? 20 : 0);
        zip.Write(name);
        if (Zip64 && !Streamed)
        {
            ZipBuilder.U16(zip, 1);
            ZipBuilder.U16(zip, 16);
            ZipBuilder.U64(zip, localSize);
            ZipBuilder.U64(zip, Packed.Length);
        }

        zip.Write(Packed);
        if (Streamed)
        {
            ZipBuilder.U32(zip, 0x08074B50);
            ZipBuilder.U32(zip, Crc);
            ZipBuilder.U32(zip, Packed.Length);
            ZipBuilder.U32(zip, Size);
        }
    }

    public void WriteCentral(Stream zip, long headerAt)
    {
        var name = RawName ?? Encoding.UTF8.GetBytes(Name);
        ZipBuilder.U32(zip, 0x02014B50);
        ZipBuilder.U16(zip, 20);
        ZipBuilder.U16(zip, 20);
        ZipBuilder.U16(zip, AllFlags);
        ZipBuilder.U16(zip, Method);
        ZipBuilder.U32(zip, 0);
        ZipBuilder.U32(zip, Crc);
        ZipBuilder.U32(zip, Zip64 ? 0xFFFFFFFF : Packed.Length);
        ZipBuilder.U32(zip, Zip64 ? 0xFFFFFFFF : Size);
        ZipBuilder.U16(zip, name.Length);
        ZipBuilder.U16(zip, Zip64 ? 28 : 0);
        ZipBuilder.U16(zip, 0);
        ZipBuilder.U16(zip, 0);
        ZipBuilder.U16(zip, 0);
        ZipBuilder.U32(zip, 0);
        ZipBuilder.U32(zip, Zip64 ? 0xFFFFFFFF : headerAt);
        zip.Write(name);
        if (!Zip64)
            return;
        ZipBuilder.U16(zip, 1);
        ZipBuilder.U16(zip, 24);
        ZipBuilder.U64(zip, Size);
        ZipBuilder.U64(zip, Packed.Length);
        ZipBuilder.U64(zip, headerAt);
    }

    private byte[] Pack()
    {
        var packed = Data.ToArray();
        if (Method == 8)
        {
            using var bytes = new MemoryStream();
            using (var deflate = new DeflateStream(bytes, CompressionLevel.SmallestSize))
                deflate.Write(Data);
            packed = bytes.ToArray();
        }

        Damage?.Invoke(packed);
        return packed;
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
