using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Whales.Ingest.Api.Identifications;

/// <summary>
/// Where a list goes on: the last id shown and a check sum. It holds no secret and gives no right; the check sum only tells a damaged cursor from a good one.
/// </summary>
internal static class ListCursor
{
    private const int CheckBytes = 4;
    private const int Bytes = 16 + CheckBytes;

    public static string Write(Guid lastId)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Fill(lastId, bytes);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(string cursor, out Guid lastId)
    {
        lastId = default;
        Span<byte> bytes = stackalloc byte[Bytes];
        if (cursor.Length != Base64Url.GetEncodedLength(Bytes) || Base64Url.DecodeFromChars(cursor, bytes, out _, out var written) != OperationStatus.Done || written != Bytes)
            return false;
        lastId = new Guid(bytes[..16], bigEndian: true);
        // Compared as text: the last character has bits that decoding ignores.
        return Write(lastId) == cursor;
    }

    private static void Fill(Guid id, Span<byte> bytes)
    {
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..16], hash);
        hash[..CheckBytes].CopyTo(bytes[16..]);
    }
}
