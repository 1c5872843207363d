using System.Buffers.Binary;

namespace Whales.Ingest.Api.Tests.Batches;

/// <summary>Writes ZIPs byte by byte, so that every field can lie.</summary>
internal sealed class ZipBuilder
{
    private readonly List<ZipPart> _parts = [];

    /// <summary>Bytes in front of the first entry.</summary>
    public byte[] Prefix { get; init; } = [];

    public byte[] Comment { get; init; } = [];

    /// <summary>Ends with the records of 64 bits, and says so in those of 32.</summary>
    public bool Zip64End { get; init; }

    /// <summary>What the end says in place of the true number.</summary>
    public int? EntriesSaid { get; init; }

    /// <summary>Leaves the directory and its end out.</summary>
    public bool WithoutDirectory { get; init; }

    public static byte[] Of(params (string Name, byte[] Data)[] files)
    {
        var zip = new ZipBuilder();
        foreach (var (name, data) in files)
            zip.Add(name, data);
        return zip.Build();
    }

    public ZipBuilder Add(string name, byte[] data) => Add(new ZipPart { Name = name, Data = data });

    public ZipBuilder Add(ZipPart part)
    {
        _parts.Add(part);
        return this;
    }

    public byte[] Build()
    {
        var zip = new MemoryStream();
        zip.Write(Prefix);
        var headers = new List<long>();
        foreach (var part in _parts)
        {
            headers.Add(part.SharesBytesOf is { } other ? headers[other] : zip.Position);
            if (part.SharesBytesOf is null)
                part.WriteLocal(zip);
        }

        if (WithoutDirectory)
            return zip.ToArray();
        var directory = zip.Position;
        for (var i = 0; i < _parts.Count; i++)
            _parts[i].WriteCentral(zip, headers[i]);
        WriteEnd(zip, directory, zip.Position - directory);
        return zip.ToArray();
    }

    private void WriteEnd(MemoryStream zip, long at, long length)
    {
        var entries = EntriesSaid ?? _parts.Count;
        if (Zip64End)
        {
            var end = zip.Position;
            U32(zip, 0x06064B50);
            U64(zip, 44);
            U16(zip, 45);
            U16(zip, 45);
            U32(zip, 0);
            U32(zip, 0);
            U64(zip, entries);
            U64(zip, entries);
            U64(zip, length);
            U64(zip, at);
            U32(zip, 0x07064B50);
            U32(zip, 0);
            U64(zip, end);
            U32(zip, 1);
        }

        U32(zip, 0x06054B50);
        U16(zip, 0);
        U16(zip, 0);
        U16(zip, Zip64End ? 0xFFFF : entries);
        U16(zip, Zip64End ? 0xFFFF : entries);
        U32(zip, Zip64End ? 0xFFFFFFFF : length);
        U32(zip, Zip64End ? 0xFFFFFFFF : at);
        U16(zip, Comment.Length);
        zip.Write(Comment);
    }

    public static void U16(Stream zip, int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        zip.Write(bytes);
    }

    public static void U32(Stream zip, long value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        zip.Write(bytes);
    }

    public static void U64(Stream zip, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        zip.Write(bytes);
    }
}
