using Whales.Imaging.Native;

namespace Whales.Imaging.Headers;

/// <summary>Headers of the formats that libvips reads for us.</summary>
internal static class VipsHeader
{
    public static unsafe PhotoHeader Read(ReadOnlySpan<byte> bytes, ImageFormat format)
    {
        fixed (byte* data = bytes)
        {
            using var image = Loader.Open(data, bytes.Length, format);
            return Of(image, format);
        }
    }

    public static PhotoHeader Of(VipsImage image, ImageFormat format) =>
        new(format, image.Width, image.Height, Math.Max(image.Pages, 1), image.Orientation is >= 1 and <= 8 and var orientation ? orientation : 1);
}
