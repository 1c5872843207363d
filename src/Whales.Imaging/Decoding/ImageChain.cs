using System.Globalization;
using System.Text.Unicode;
using Whales.Imaging.Native;

namespace Whales.Imaging.Decoding;

/// <summary>An image and the steps done to it: each takes the place of the one before. Nothing is computed until pixels are asked for.</summary>
internal sealed class ImageChain(VipsImage image) : IDisposable
{
    public VipsImage Image { get; private set; } = image;

    /// <summary>Runs an operation whose input is the image.</summary>
    public void Apply(in VipsOperation operation)
    {
        operation.Set("in"u8, Image);
        Replace(operation.Run());
    }

    public void Replace(VipsImage next)
    {
        Image.Dispose();
        Image = next;
    }

    public void Crop(int left, int top, int width, int height)
    {
        if (left == 0 && top == 0 && width == Image.Width && height == Image.Height)
            return;
        using var crop = new VipsOperation("extract_area"u8);
        crop.Set("input"u8, Image);
        crop.Set("left"u8, left);
        crop.Set("top"u8, top);
        crop.Set("width"u8, width);
        crop.Set("height"u8, height);
        Replace(crop.Run());
    }

    /// <summary>Resizes to exactly this many pixels, and keeps the centre where it is.</summary>
    public void Resize(int width, int height)
    {
        Shrink(Math.Min(width, Image.Width), Math.Min(height, Image.Height));
        if (width == Image.Width && height == Image.Height)
            return;

        // libvips' own enlarging moves the picture by half a pixel of the result.
        double scaleX = (double)width / Image.Width, scaleY = (double)height / Image.Height;
        Replace(Image.CopyToMemory());
        Affine(scaleX, 0, 0, scaleY, (scaleX - 1) / 2, (scaleY - 1) / 2, width, height, "copy");
    }

    /// <summary>Moves pixel (x, y) to (ax + by + offsetX, cx + dy + offsetY), positions counted from the middle of a pixel. For an image in memory.</summary>
    public void Affine(double a, double b, double c, double d, double offsetX, double offsetY, int width, int height, string extend)
    {
        Span<byte> options = stackalloc byte[512]; // Nine numbers of at most 25 characters, and their names.
        Utf8.TryWrite(options, CultureInfo.InvariantCulture,
            $"matrix={a:F9} {b:F9} {c:F9} {d:F9},odx={offsetX:F6},ody={offsetY:F6},oarea=0 0 {width} {height},interpolate=bicubic,extend={extend},background={TensorSpec.NoPhoto}\0", out _);
        using var affine = new VipsOperation("affine"u8);
        affine.SetOptions(options);
        Apply(affine);
    }

    private void Shrink(int width, int height)
    {
        if (width == Image.Width && height == Image.Height)
            return;
        using var resize = new VipsOperation("resize"u8);
        resize.Set("scale"u8, (double)width / Image.Width);
        resize.Set("vscale"u8, (double)height / Image.Height);
        Apply(resize);
    }

    public void Dispose() => Image.Dispose();
}
