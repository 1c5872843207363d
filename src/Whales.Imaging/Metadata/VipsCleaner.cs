using Whales.Imaging.Native;

namespace Whales.Imaging.Metadata;

/// <summary>Writes a photo anew with nothing but its pixels, colour profile and orientation.</summary>
internal static class VipsCleaner
{
    public static unsafe ReadOnlyMemory<byte> Clean(ReadOnlySpan<byte> photo, ImageFormat format)
    {
        try
        {
            fixed (byte* data = photo)
            {
                using var image = Loader.Open(data, photo.Length, format);
                using var copy = new VipsOperation("copy"u8);
                copy.Set("in"u8, image);
                using var bare = copy.Run();
                bare.RemoveFields(field => field is "icc-profile-data" or "orientation" or "bits-per-sample");

                using var save = new VipsOperation(format == ImageFormat.Tiff ? "tiffsave_buffer"u8 : "heifsave_buffer"u8);
                save.Set("in"u8, bare);
                save.SetOptions(format == ImageFormat.Tiff
                    ? "compression=deflate,predictor=horizontal"u8
                    : "compression=av1,Q=90,effort=2"u8);
                return save.RunToBuffer();
            }
        }
        catch (VipsException e)
        {
            throw UnreadableImageException.Damaged(format, e);
        }
    }
}
