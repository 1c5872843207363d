using static Whales.Imaging.Native.VipsNative;

namespace Whales.Imaging.Native;

/// <summary>A window on an image, whose pixels are computed on the calling thread.</summary>
internal readonly unsafe struct VipsRegion(VipsImage image) : IDisposable
{
    private readonly nint _handle = vips_region_new(image.Handle) is not 0 and var handle ? handle : throw new VipsException();

    /// <summary>Computes whole rows, without gaps between them; free them with <c>g_free</c>.</summary>
    public byte* Fetch(int top, int width, int rows)
    {
        nuint length;
        var pixels = vips_region_fetch(_handle, 0, top, width, rows, &length);
        return pixels != null ? pixels : throw new VipsException();
    }

    public void Dispose() => g_object_unref(_handle);
}
