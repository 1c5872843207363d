using System.Runtime.InteropServices;
using static Whales.Imaging.Native.VipsNative;

namespace Whales.Imaging.Native;

/// <summary>A reference to a libvips image: a recipe for pixels, or pixels.</summary>
internal readonly unsafe struct VipsImage(nint handle) : IDisposable
{
    public nint Handle { get; } = handle;
    public int Width => vips_image_get_width(Handle);
    public int Height => vips_image_get_height(Handle);
    public int Bands => vips_image_get_bands(Handle);
    public VipsFormat Format => (VipsFormat)vips_image_get_format(Handle);

    /// <summary>What the numbers mean, corrected where a file contradicts itself.</summary>
    public VipsInterpretation Interpretation => (VipsInterpretation)vips_image_guess_interpretation(Handle);

    /// <summary>EXIF orientation, 1 to 8; 1 when there is none.</summary>
    public int Orientation => vips_image_get_orientation(Handle);

    public int Pages => vips_image_get_n_pages(Handle);

    /// <summary>The pixels of an image in memory, row by row without gaps.</summary>
    public byte* Data => (byte*)vips_image_get_data(Handle);

    public string? GetString(ReadOnlySpan<byte> field)
    {
        byte* text;
        fixed (byte* name = field)
        {
            if (vips_image_get_typeof(Handle, name) == 0 || vips_image_get_string(Handle, name, &text) != 0)
                return null;
        }

        return Marshal.PtrToStringUTF8((nint)text);
    }

    /// <summary>A field's bytes, which live as long as the image; empty when there is no such field.</summary>
    public ReadOnlySpan<byte> GetBlob(ReadOnlySpan<byte> field)
    {
        void* data;
        nuint length;
        fixed (byte* name = field)
        {
            if (vips_image_get_typeof(Handle, name) == 0 || vips_image_get_blob(Handle, name, &data, &length) != 0)
                return default;
        }

        return new ReadOnlySpan<byte>(data, (int)length);
    }

    public void SetBlob(ReadOnlySpan<byte> field, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* name = field, data = bytes)
            vips_image_set_blob_copy(Handle, name, data, (nuint)bytes.Length);
    }

    public void SetInt(ReadOnlySpan<byte> field, int value)
    {
        fixed (byte* name = field)
            vips_image_set_int(Handle, name, value);
    }

    /// <summary>Drops every field that <paramref name="keep"/> does not want. Only for an image that nobody else holds (<c>copy</c>).</summary>
    public void RemoveFields(Func<string, bool> keep)
    {
        var fields = vips_image_get_fields(Handle);
        for (var field = (byte**)fields; *field != null; field++)
        {
            if (!keep(Marshal.PtrToStringUTF8((nint)(*field))!))
                _ = vips_image_remove(Handle, *field);
        }

        g_strfreev(fields);
    }

    /// <summary>Wraps 8- or 16-bit pixels, which must stay where they are while the image lives.</summary>
    public static VipsImage FromMemory(void* pixels, long bytes, int width, int height, int bands, VipsFormat format)
    {
        Libvips.Initialize();
        var image = vips_image_new_from_memory(pixels, (nuint)bytes, width, height, bands, (int)format);
        return image != 0 ? new VipsImage(image) : throw new VipsException();
    }

    /// <summary>Computes all pixels now.</summary>
    public VipsImage CopyToMemory()
    {
        var image = vips_image_copy_memory(Handle);
        return image != 0 ? new VipsImage(image) : throw new VipsException();
    }

    public void Dispose()
    {
        if (Handle != 0)
            g_object_unref(Handle);
    }
}
