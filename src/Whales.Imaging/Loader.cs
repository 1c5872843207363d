using Whales.Imaging.Native;

namespace Whales.Imaging;

/// <summary>Opens bytes with the loader of one format; libvips never guesses.</summary>
internal static unsafe class Loader
{
    /// <summary>Reads the header; pixels follow when they are asked for, from top to bottom, and a fault in them throws then.</summary>
    /// <param name="data">The whole file; it must stay where it is until every image made from it is gone.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <param name="format">Which loader to use.</param>
    /// <param name="shrink">JPEG only: 1, 2, 4 or 8 pixels become one as it is decoded.</param>
    /// <param name="scale">WebP only: the factor, up to 1, at which it is decoded.</param>
    /// <exception cref="UnreadableImageException">The header is damaged.</exception>
    public static VipsImage Open(byte* data, int length, ImageFormat format, int shrink = 1, double scale = 1)
    {
        try
        {
            using var load = new VipsOperation(Name(format));
            load.SetBuffer("buffer"u8, data, length);
            load.Set("access"u8, (int)VipsAccess.Sequential);
            load.Set("fail-on"u8, (int)VipsFailOn.Error);
            if (shrink > 1)
                load.Set("shrink"u8, shrink);
            if (scale < 1)
                load.Set("scale"u8, scale);
            var image = load.Run();
            RefuseHevc(image, format);
            return image;
        }
        catch (VipsException e)
        {
            throw UnreadableImageException.Damaged(format, e);
        }
    }

    private static ReadOnlySpan<byte> Name(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpegload_buffer"u8,
        ImageFormat.Png => "pngload_buffer"u8,
        ImageFormat.WebP => "webpload_buffer"u8,
        ImageFormat.Avif => "heifload_buffer"u8,
        ImageFormat.Tiff => "tiffload_buffer"u8,
        ImageFormat.Gif => "gifload_buffer"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>A system's libvips may decode HEVC too: a HEIC that calls itself AVIF is refused on every machine alike.</summary>
    private static void RefuseHevc(VipsImage image, ImageFormat format)
    {
        if (format != ImageFormat.Avif || image.GetString("heif-compression"u8) is null or "av1")
            return;
        image.Dispose();
        throw UnreadableImageException.Unsupported("HEIC photo");
    }
}
