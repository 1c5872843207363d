using System.Runtime.InteropServices;

namespace Whales.Imaging.Native;

/// <summary>The part of libvips and GObject that we call. Everything here is exported by libvips itself or a library that it links.</summary>
internal static unsafe partial class VipsNative
{
    private const string Lib = LibvipsLocator.LibraryName;

    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)] public static partial int vips_init(string programName);
    [LibraryImport(Lib)] public static partial int vips_version(int part);
    [LibraryImport(Lib)] public static partial void vips_cache_set_max(int max);
    [LibraryImport(Lib)] public static partial void vips_concurrency_set(int threads);
    [LibraryImport(Lib)] public static partial void vips_block_untrusted_set(int state);
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)] public static partial void vips_operation_block_set(string name, int state);
    [LibraryImport(Lib)] public static partial nuint vips_tracked_get_mem();
    [LibraryImport(Lib)] public static partial nint vips_error_buffer_copy();
    [LibraryImport(Lib)] public static partial void vips_error_clear();

    [LibraryImport(Lib)] public static partial nint vips_operation_new(byte* name);
    [LibraryImport(Lib)] public static partial int vips_object_build(nint operation);
    [LibraryImport(Lib)] public static partial void vips_object_unref_outputs(nint operation);
    [LibraryImport(Lib)] public static partial int vips_object_set_from_string(nint operation, byte* options);

    [LibraryImport(Lib)] public static partial nuint vips_image_get_type();
    [LibraryImport(Lib)] public static partial nint vips_image_new_from_memory(void* data, nuint size, int width, int height, int bands, int format);
    [LibraryImport(Lib)] public static partial nint vips_image_copy_memory(nint image);
    [LibraryImport(Lib)] public static partial void* vips_image_get_data(nint image);
    [LibraryImport(Lib)] public static partial int vips_image_get_width(nint image);
    [LibraryImport(Lib)] public static partial int vips_image_get_height(nint image);
    [LibraryImport(Lib)] public static partial int vips_image_get_bands(nint image);
    [LibraryImport(Lib)] public static partial int vips_image_get_format(nint image);
    [LibraryImport(Lib)] public static partial int vips_image_guess_interpretation(nint image);
    [LibraryImport(Lib)] public static partial int vips_image_get_orientation(nint image);
    [LibraryImport(Lib)] public static partial int vips_image_get_n_pages(nint image);
    [LibraryImport(Lib)] public static partial nint vips_image_get_fields(nint image);
    [LibraryImport(Lib)] public static partial nuint vips_image_get_typeof(nint image, byte* name);
    [LibraryImport(Lib)] public static partial int vips_image_get_string(nint image, byte* name, byte** value);
    [LibraryImport(Lib)] public static partial int vips_image_get_blob(nint image, byte* name, void** data, nuint* length);
    [LibraryImport(Lib)] public static partial int vips_image_remove(nint image, byte* name);
    [LibraryImport(Lib)] public static partial void vips_image_set_int(nint image, byte* name, int value);
    [LibraryImport(Lib)] public static partial void vips_image_set_blob_copy(nint image, byte* name, void* data, nuint length);

    [LibraryImport(Lib)] public static partial nuint vips_blob_get_type();
    [LibraryImport(Lib)] public static partial void vips_value_set_blob(GValue* value, nint free, void* data, nuint length);
    [LibraryImport(Lib)] public static partial void* vips_value_get_blob(GValue* value, nuint* length);

    [LibraryImport(Lib)] public static partial GValue* g_value_init(GValue* value, nuint type);
    [LibraryImport(Lib)] public static partial void g_value_unset(GValue* value);
    [LibraryImport(Lib)] public static partial void g_value_set_int(GValue* value, int number);
    [LibraryImport(Lib)] public static partial void g_value_set_boolean(GValue* value, int truth);
    [LibraryImport(Lib)] public static partial void g_value_set_double(GValue* value, double number);
    [LibraryImport(Lib)] public static partial void g_value_set_object(GValue* value, nint instance);
    [LibraryImport(Lib)] public static partial nint g_value_get_object(GValue* value);
    [LibraryImport(Lib)] public static partial void g_object_set_property(nint instance, byte* name, GValue* value);
    [LibraryImport(Lib)] public static partial void g_object_get_property(nint instance, byte* name, GValue* value);
    [LibraryImport(Lib)] public static partial nint g_object_ref(nint instance);
    [LibraryImport(Lib)] public static partial void g_object_unref(nint instance);
    [LibraryImport(Lib)] public static partial void g_free(void* memory);
    [LibraryImport(Lib)] public static partial void g_strfreev(nint strings);

    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint g_log_set_handler(string domain, int levels, delegate* unmanaged<byte*, int, byte*, void*, void> handler, void* data);
}
