using System.Runtime.InteropServices;

namespace Whales.Imaging.Native;

/// <summary>
/// libvips refused. Its words are for a log only: it keeps one error text for all threads, so a neighbour's words may be among them.
/// </summary>
internal sealed class VipsException() : Exception(TakeError())
{
    private static unsafe string TakeError()
    {
        var text = VipsNative.vips_error_buffer_copy();
        try
        {
            return Marshal.PtrToStringUTF8(text)?.Trim() is { Length: > 0 } words ? words : "libvips gave no reason.";
        }
        finally
        {
            VipsNative.g_free((void*)text);
            VipsNative.vips_error_clear();
        }
    }
}
