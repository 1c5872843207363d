using System.Buffers;

namespace Whales.Hosting.Images;

/// <summary>The bytes of one photo in a pooled buffer; dispose it to give the buffer back.</summary>
public sealed class PhotoBytes(byte[] pooled, int length) : IDisposable
{
    private byte[]? _pooled = pooled;

    public ReadOnlyMemory<byte> Memory =>
        (_pooled ?? throw new ObjectDisposedException(nameof(PhotoBytes))).AsMemory(0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pooled, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
