namespace Whales.Imaging.Decoding;

/// <summary>EXIF orientation: how the stored pixels must be turned and mirrored to stand upright.</summary>
internal static class ExifTurn
{
    /// <summary>True when stored rows become upright columns.</summary>
    public static bool SwapsSides(int orientation) => orientation >= 5;

    public static bool IsMirrored(int orientation) => orientation is 2 or 4 or 5 or 7;

    /// <summary>Where a point (fractions) of the upright photo lies in the stored one.</summary>
    public static (double X, double Y) ToStored(int orientation, double x, double y) => orientation switch
    {
        2 => (1 - x, y),
        3 => (1 - x, 1 - y),
        4 => (x, 1 - y),
        5 => (y, x),
        6 => (y, 1 - x),
        7 => (1 - y, 1 - x),
        8 => (1 - y, x),
        _ => (x, y),
    };

    /// <summary>Where a pixel of a stored picture of the given size comes to stand.</summary>
    public static (int X, int Y) ToUpright(int orientation, int x, int y, int width, int height) => orientation switch
    {
        2 => (width - 1 - x, y),
        3 => (width - 1 - x, height - 1 - y),
        4 => (x, height - 1 - y),
        5 => (y, x),
        6 => (height - 1 - y, x),
        7 => (height - 1 - y, width - 1 - x),
        8 => (y, width - 1 - x),
        _ => (x, y),
    };
}
