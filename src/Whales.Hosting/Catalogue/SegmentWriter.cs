using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Whales.Hosting.Catalogue;

/// <summary>
/// Writes a segment: "whalecat", format and dimensions; then chunks (length of their JSON, JSON, ids of removed rows, ids of rows, owners,
/// values); then a length of 0. All numbers are little-endian.
/// </summary>
public sealed class SegmentWriter : IDisposable
{
    internal const uint Format = 1;

    private readonly Stream _stream;
    private readonly int _dimensions;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _bytes;
    private int _rows;

    public SegmentWriter(Stream stream, int dimensions)
    {
        (_stream, _dimensions) = (stream, dimensions);
        Write(Magic);
        Write(Format);
        Write((uint)dimensions);
    }

    internal static ReadOnlySpan<byte> Magic => "whalecat"u8;

    public void Write(SegmentChunk chunk)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(chunk.Owners.Count, chunk.Rows.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(chunk.Values.Length, chunk.Rows.Count * _dimensions * sizeof(ushort));
        var json = JsonSerializer.SerializeToUtf8Bytes(new ChunkHeader(chunk.Removed.Count, chunk.Rows.Count, chunk.Individuals), ChunkJson.Default.ChunkHeader);
        Write((uint)json.Length);
        Write(json);
        Write(chunk.Removed);
        Write(chunk.Rows);
        Write(MemoryMarshal.AsBytes(chunk.Owners.ToArray().AsSpan()));
        Write(chunk.Values.Span);
        _rows += chunk.Rows.Count;
    }

    /// <summary>Ends the segment.</summary>
    /// <returns>How a head names it.</returns>
    public CatalogueSegment Finish(string key, long through)
    {
        Write(0u);
        return new CatalogueSegment { Key = key, Sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset()), Bytes = _bytes, Rows = _rows, Through = through };
    }

    public void Dispose() => _hash.Dispose();

    private void Write(IReadOnlyList<Guid> ids)
    {
        var bytes = new byte[ids.Count * 16];
        for (var i = 0; i < ids.Count; i++)
            ids[i].TryWriteBytes(bytes.AsSpan(i * 16), bigEndian: true, out _);
        Write(bytes);
    }

    private void Write(uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        Write(bytes);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _hash.AppendData(bytes);
        _bytes += bytes.Length;
    }
}
