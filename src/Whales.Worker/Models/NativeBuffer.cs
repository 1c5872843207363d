using System.Runtime.InteropServices;

namespace Whales.Worker.Models;

/// <summary>Floats outside the managed heap, on a cache line and zeroed: hundreds of kilobytes a photo would fill the large object heap.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int CacheLine = 64;
    private float* _memory;

    public NativeBuffer(int length)
    {
        Length = length;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), CacheLine);
        Span.Clear();
    }

    ~NativeBuffer() => Free();

    public int Length { get; }

    public nint Address => (nint)_memory;

    public Span<float> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory == null, this);
            return new Span<float>(_memory, Length);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
