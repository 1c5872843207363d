namespace Whales.Testing.Images;

/// <summary>Plain 8-bit RGB pixels to make test photos from.</summary>
public sealed class Picture(int width, int height)
{
    public static readonly (byte R, byte G, byte B) Red = (220, 20, 30), Green = (20, 180, 40), Blue = (30, 40, 210), Yellow = (230, 220, 20);

    public int Width => width;
    public int Height => height;
    public byte[] Pixels { get; } = new byte[width * height * 3];

    /// <summary>One colour.</summary>
    public static Picture Solid(int width, int height, (byte R, byte G, byte B) colour) => Paint(width, height, (_, _) => colour);

    /// <summary>Red top left, green top right, blue bottom left, yellow bottom right.</summary>
    public static Picture Quadrants(int width, int height) => Paint(width, height, (x, y) =>
        y < height / 2 ? x < width / 2 ? Red : Green : x < width / 2 ? Blue : Yellow);

    /// <summary>Colours that change everywhere, as a photo's do: compresses to about a tenth.</summary>
    public static Picture Waves(int width, int height) => Paint(width, height, (x, y) =>
        ((byte)(128 + 100 * Math.Sin(x / 7.0) * Math.Cos(y / 11.0)), (byte)(128 + 90 * Math.Sin((x + 2 * y) / 23.0)), (byte)((x * 5 + y * 3) % 200 + 20)));

    public static Picture Paint(int width, int height, Func<int, int, (byte R, byte G, byte B)> colour)
    {
        var picture = new Picture(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                picture[x, y] = colour(x, y);
        }

        return picture;
    }

    public (byte R, byte G, byte B) this[int x, int y]
    {
        get
        {
            var at = (y * width + x) * 3;
            return (Pixels[at], Pixels[at + 1], Pixels[at + 2]);
        }
        set
        {
            var at = (y * width + x) * 3;
            (Pixels[at], Pixels[at + 1], Pixels[at + 2]) = value;
        }
    }

    /// <summary>This upright picture as a camera stores it under an EXIF orientation.</summary>
    public Picture StoredAs(int orientation)
    {
        // The standard's own words: which side of the upright picture the first stored row and the first stored column show.
        var (row, column) = orientation switch
        {
            1 => ("top", "left"),
            2 => ("top", "right"),
            3 => ("bottom", "right"),
            4 => ("bottom", "left"),
            5 => ("left", "top"),
            6 => ("right", "top"),
            7 => ("right", "bottom"),
            8 => ("left", "bottom"),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation)),
        };
        var sideways = row is "left" or "right";
        return Paint(sideways ? height : width, sideways ? width : height, (x, y) =>
        {
            int left = sideways ? y : x, top = sideways ? x : y;
            return this[
                row == "right" || column == "right" ? width - 1 - left : left,
                row == "bottom" || column == "bottom" ? height - 1 - top : top];
        });
    }
}
