using Whales.Imaging.Native;

namespace Whales.Testing.Images;

/// <summary>Writes test pictures with libvips.</summary>
internal static unsafe class PictureEncoder
{
    /// <summary>Saves 8- or 16-bit pixels.</summary>
    /// <param name="pixels">Row by row, bands together.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down; of all frames together.</param>
    /// <param name="bands">1 to 4.</param>
    /// <param name="interpretation">What the numbers mean.</param>
    /// <param name="saver">libvips' operation, such as jpegsave_buffer.</param>
    /// <param name="options">Its options, such as Q=90.</param>
    /// <param name="profile">A colour profile to embed.</param>
    /// <param name="frames">Frames below each other.</param>
    /// <param name="exif">EXIF to embed, from its TIFF header on.</param>
    /// <param name="xmp">XMP to embed.</param>
    public static byte[] Encode<T>(
        ReadOnlySpan<T> pixels, int width, int height, int bands, VipsInterpretation interpretation,
        ReadOnlySpan<byte> saver, ReadOnlySpan<byte> options, byte[]? profile = null, int frames = 1,
        byte[]? exif = null, byte[]? xmp = null)
        where T : unmanaged
    {
        fixed (T* data = pixels)
        {
            var format = sizeof(T) == 1 ? VipsFormat.UInt8 : VipsFormat.UInt16;
            using var raw = VipsImage.FromMemory(data, (long)pixels.Length * sizeof(T), width, height, bands, format);
            using var copy = new VipsOperation("copy"u8);
            copy.Set("in"u8, raw);
            copy.Set("interpretation"u8, (int)interpretation);
            using var image = copy.Run();
            if (profile is not null)
                image.SetBlob("icc-profile-data"u8, profile);
            if (frames > 1)
                image.SetInt("page-height"u8, height / frames);

            if (exif is not null)
                image.SetBlob("exif-data"u8, [.. "Exif\0\0"u8, .. exif]);
            if (xmp is not null)
                image.SetBlob("xmp-data"u8, xmp);

            using var save = new VipsOperation(saver);
            save.Set("in"u8, image);
            if (!options.IsEmpty)
                save.SetOptions(options);
            return save.RunToBuffer();
        }
    }

    /// <summary>The profile of that name that libvips has built in: srgb, p3, cmyk.</summary>
    public static byte[] Profile(ReadOnlySpan<byte> option)
    {
        using var load = new VipsOperation("profile_load"u8);
        load.SetOptions(option);
        return load.RunToBytes("profile"u8);
    }
}
