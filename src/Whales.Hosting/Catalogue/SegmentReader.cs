using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Whales.Hosting.Catalogue;

/// <summary>Reads what <see cref="SegmentWriter"/> wrote, chunk by chunk, so that a large base is never in memory as a file.</summary>
public sealed class SegmentReader : IDisposable
{
    // Far above what is written; a damaged length must not take all memory.
    private const int MostHeaderBytes = 256 * 1024 * 1024;
    private const int MostRows = 1 << 20;
    private const int MostDimensions = 1 << 16;

    private readonly Stream _stream;
    private readonly CatalogueSegment _segment;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _values = [];
    private long _bytes;

    private SegmentReader(Stream stream, CatalogueSegment segment) => (_stream, _segment) = (stream, segment);

    /// <summary>
    /// Hands every chunk to <paramref name="take"/>; its values are valid during the call only. What was taken counts only when this
    /// returns: the check sum is known at the end.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is not what the head says.</exception>
    public static void Read(Stream stream, CatalogueSegment segment, int dimensions, Action<SegmentChunk> take)
    {
        using var reader = new SegmentReader(stream, segment);
        try
        {
            reader.Read(dimensions, take);
        }
        catch (Exception e) when (e is EndOfStreamException or JsonException)
        {
            throw reader.Wrong($"it ends too early or is no segment ({e.Message})", e);
        }
    }

    public void Dispose()
    {
        if (_values.Length > 0)
            ArrayPool<byte>.Shared.Return(_values);
        _values = [];
        _hash.Dispose();
    }

    private void Read(int dimensions, Action<SegmentChunk> take)
    {
        if (!Bytes(SegmentWriter.Magic.Length).AsSpan().SequenceEqual(SegmentWriter.Magic))
            throw Wrong("it is no segment");
        if (Number() is var format && format != SegmentWriter.Format)
            throw Wrong($"it has format {format}");
        if (Number() is var own && own != dimensions || dimensions > MostDimensions)
            throw Wrong($"its embeddings have {own} values");
        while (Number() is var length and > 0)
        {
            if (length > MostHeaderBytes)
                throw Wrong("a chunk's header is too long");
            var header = JsonSerializer.Deserialize(Bytes((int)length), ChunkJson.Default.ChunkHeader) ?? throw Wrong("a chunk has no header");
            if (header.Rows is < 0 or > MostRows || header.Removed is < 0 or > MostRows)
                throw Wrong("a chunk has too many rows");
            take(new SegmentChunk
            {
                Individuals = header.Individuals,
                Removed = Ids(header.Removed),
                Rows = Ids(header.Rows),
                Owners = MemoryMarshal.Cast<byte, int>(Bytes(header.Rows * sizeof(int))).ToArray(),
                Values = Values(header.Rows * dimensions * sizeof(ushort)),
            });
        }

        if (_bytes != _segment.Bytes || Convert.ToHexStringLower(_hash.GetHashAndReset()) != _segment.Sha256)
            throw Wrong("its check sum is another one");
    }

    private InvalidDataException Wrong(string what, Exception? inner = null) => new($"{_segment.Key} is damaged: {what}.", inner);

    private uint Number() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)));

    private Guid[] Ids(int count)
    {
        var bytes = Bytes(count * 16);
        var ids = new Guid[count];
        for (var i = 0; i < count; i++)
            ids[i] = new Guid(bytes.AsSpan(i * 16, 16), bigEndian: true);
        return ids;
    }

    private ReadOnlyMemory<byte> Values(int length)
    {
        if (_values.Length < length)
        {
            if (_values.Length > 0)
                ArrayPool<byte>.Shared.Return(_values);
            _values = ArrayPool<byte>.Shared.Rent(length);
        }

        Fill(_values.AsSpan(0, length));
        return _values.AsMemory(0, length);
    }

    private byte[] Bytes(int length)
    {
        // Not more than the file can have: a damaged length asks for no memory.
        if (length > _segment.Bytes)
            throw Wrong("a length is greater than the file");
        var bytes = new byte[length];
        Fill(bytes);
        return bytes;
    }

    private void Fill(Span<byte> bytes)
    {
        _stream.ReadExactly(bytes);
        _hash.AppendData(bytes);
        _bytes += bytes.Length;
    }
}
