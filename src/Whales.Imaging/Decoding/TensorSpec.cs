namespace Whales.Imaging;

/// <summary>In which order a tensor's numbers lie.</summary>
public enum TensorLayout
{
    /// <summary>A plane for each of red, green, blue.</summary>
    Nchw,

    /// <summary>Red, green and blue of each pixel together.</summary>
    Nhwc,
}

/// <summary>How a photo of another shape is brought to the tensor's.</summary>
public enum ResizeMode
{
    /// <summary>Both sides are forced; the animal is distorted.</summary>
    Squash,

    /// <summary>All of the photo, centred, with mid-grey (<see cref="TensorSpec.NoPhoto"/>) beside it.</summary>
    Fit,

    /// <summary>The centre of the photo, in the tensor's shape; what sticks out is cut off.</summary>
    Cover,
}

/// <summary>The picture that a network wants: RGB, each number (value / 255 - mean) / std.</summary>
public sealed class TensorSpec
{
    /// <summary>
    /// The grey (0 to 255, in all three colours) of everything that is not photo: bars beside a fitted photo, corners of a turned region
    /// outside it, transparent pixels. Mid-grey is close to what networks are normalised around, so it says "nothing here"; white or black would draw edges.
    /// </summary>
    public const byte NoPhoto = 128;

    private readonly float[] _table = new float[3 * 256];

    /// <summary>Describes a tensor.</summary>
    /// <param name="width">Pixels, 1 to 4096.</param>
    /// <param name="height">Pixels, 1 to 4096.</param>
    /// <param name="layout">Order of the numbers.</param>
    /// <param name="mean">Red, green, blue; of values scaled to 0 to 1.</param>
    /// <param name="std">Red, green, blue; not zero.</param>
    /// <param name="resize">What happens to another shape.</param>
    public TensorSpec(int width, int height, TensorLayout layout, ReadOnlySpan<float> mean, ReadOnlySpan<float> std, ResizeMode resize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, 4096);
        if (mean.Length != 3)
            throw new ArgumentException("Give three means: red, green, blue.", nameof(mean));
        if (std.Length != 3)
            throw new ArgumentException("Give three standard deviations: red, green, blue.", nameof(std));

        Width = width;
        Height = height;
        Layout = layout;
        Resize = resize;
        for (var band = 0; band < 3; band++)
        {
            if (!float.IsFinite(mean[band]))
                throw new ArgumentException("A mean must be a finite number.", nameof(mean));
            if (!float.IsFinite(std[band]) || std[band] == 0)
                throw new ArgumentException("A standard deviation must be a finite number and not zero.", nameof(std));
            for (var value = 0; value < 256; value++)
                _table[band * 256 + value] = (float)((value / 255.0 - mean[band]) / std[band]);
        }
    }

    public int Width { get; }
    public int Height { get; }
    public TensorLayout Layout { get; }
    public ResizeMode Resize { get; }

    /// <summary>Numbers in one photo's tensor.</summary>
    public int Length => 3 * Width * Height;

    /// <summary>The number for each value (0 to 255) of red, then green, then blue.</summary>
    internal ReadOnlySpan<float> Table => _table;
}
