using static Whales.Imaging.Native.VipsNative;

namespace Whales.Imaging.Native;

/// <summary>
/// One call of a libvips operation through GObject: libvips' own convenience functions take variable arguments, which P/Invoke cannot pass.
/// Names are UTF-8 literals, which end in the NUL that C wants.
/// </summary>
internal readonly unsafe ref struct VipsOperation : IDisposable
{
    private readonly nint _handle;

    public VipsOperation(ReadOnlySpan<byte> name)
    {
        Libvips.Initialize();
        fixed (byte* pointer = name)
            _handle = vips_operation_new(pointer);
        if (_handle == 0)
            throw new VipsException();
    }

    public void Set(ReadOnlySpan<byte> name, int number)
    {
        GValue value = default;
        g_value_init(&value, GValue.Int);
        g_value_set_int(&value, number);
        SetAndUnset(name, &value);
    }

    public void Set(ReadOnlySpan<byte> name, bool truth)
    {
        GValue value = default;
        g_value_init(&value, GValue.Boolean);
        g_value_set_boolean(&value, truth ? 1 : 0);
        SetAndUnset(name, &value);
    }

    public void Set(ReadOnlySpan<byte> name, double number)
    {
        GValue value = default;
        g_value_init(&value, GValue.Double);
        g_value_set_double(&value, number);
        SetAndUnset(name, &value);
    }

    public void Set(ReadOnlySpan<byte> name, VipsImage image)
    {
        GValue value = default;
        g_value_init(&value, vips_image_get_type());
        g_value_set_object(&value, image.Handle);
        SetAndUnset(name, &value);
    }

    /// <summary>Hands over memory without a copy: it must stay where it is until every image made from it is gone.</summary>
    public void SetBuffer(ReadOnlySpan<byte> name, byte* data, int length)
    {
        GValue value = default;
        g_value_init(&value, vips_blob_get_type());
        vips_value_set_blob(&value, 0, data, (nuint)length);
        SetAndUnset(name, &value);
    }

    /// <summary>Several options as libvips writes them on a command line: <c>Q=80,lossless=true</c>.</summary>
    public void SetOptions(ReadOnlySpan<byte> options)
    {
        fixed (byte* pointer = options)
        {
            if (vips_object_set_from_string(_handle, pointer) != 0)
                throw new VipsException();
        }
    }

    /// <summary>Builds the operation; pixels are computed later, when someone asks the image for them.</summary>
    public VipsImage Run()
    {
        Build();
        GValue value = default;
        g_value_init(&value, vips_image_get_type());
        fixed (byte* name = "out"u8)
            g_object_get_property(_handle, name, &value);
        var image = g_object_ref(g_value_get_object(&value));
        g_value_unset(&value);
        return new VipsImage(image);
    }

    /// <summary>Runs an operation that ends in bytes, such as a save, and copies them.</summary>
    public byte[] RunToBuffer() => RunToBytes("buffer"u8);

    public byte[] RunToBytes(ReadOnlySpan<byte> output)
    {
        Build();
        GValue value = default;
        g_value_init(&value, vips_blob_get_type());
        fixed (byte* name = output)
            g_object_get_property(_handle, name, &value);
        nuint length;
        var data = vips_value_get_blob(&value, &length);
        var bytes = new ReadOnlySpan<byte>(data, checked((int)length)).ToArray();
        g_value_unset(&value);
        return bytes;
    }

    public void Dispose()
    {
        vips_object_unref_outputs(_handle);
        g_object_unref(_handle);
    }

    private void Build()
    {
        if (vips_object_build(_handle) != 0)
            throw new VipsException();
    }

    private void SetAndUnset(ReadOnlySpan<byte> name, GValue* value)
    {
        fixed (byte* pointer = name)
            g_object_set_property(_handle, pointer, value);
        g_value_unset(value);
    }
}
