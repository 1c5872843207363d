namespace Whales.Imaging;

/// <summary>The formats that a photo may have. Everything else is <see cref="None"/> and refused.</summary>
public enum ImageFormat
{
    None = 0,
    Jpeg,
    Png,
    WebP,
    Avif,
    Tiff,
    Gif,
}
