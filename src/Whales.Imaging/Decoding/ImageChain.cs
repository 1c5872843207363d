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

    /// <summary>Resizes to exactly this many pixels.</summary>
    public void Resize(int width, int height)
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
