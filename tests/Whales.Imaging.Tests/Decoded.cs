using Whales.Contracts;

namespace Whales.Imaging.Tests;

/// <summary>A decoded photo whose numbers are read as 0 to 255.</summary>
internal sealed class Decoded
{
    private readonly float[] _numbers;
    private readonly TensorSpec _spec;

    private Decoded(TensorSpec spec)
    {
        _spec = spec;
        _numbers = new float[spec.Length];
    }

    public ReadOnlySpan<float> Numbers => _numbers;

    public static TensorSpec Spec(int width = 64, int height = 64, ResizeMode resize = ResizeMode.Squash, TensorLayout layout = TensorLayout.Nchw) =>
        new(width, height, layout, [0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f], resize);

    public static Decoded Of(byte[] photo, TensorSpec? spec = null, Region? region = null)
    {
        var decoded = new Decoded(spec ?? Spec());
        PhotoDecoder.Decode(photo, region, decoded._spec, decoded._numbers);
        return decoded;
    }

    public (float R, float G, float B) At(int x, int y)
    {
        var pixel = y * _spec.Width + x;
        var plane = _spec.Width * _spec.Height;
        return _spec.Layout == TensorLayout.Nchw
            ? (_numbers[pixel], _numbers[plane + pixel], _numbers[2 * plane + pixel])
            : (_numbers[3 * pixel], _numbers[3 * pixel + 1], _numbers[3 * pixel + 2]);
    }

    /// <summary>At a fraction of width and height.</summary>
    public (float R, float G, float B) At(double x, double y) => At((int)(x * _spec.Width), (int)(y * _spec.Height));

    public void ShouldBe(int x, int y, (int R, int G, int B) colour, float tolerance = 4) => Near(colour, At(x, y), tolerance, $"at {x}, {y}");

    public void ShouldBe(double x, double y, (int R, int G, int B) colour, float tolerance = 4) => Near(colour, At(x, y), tolerance, $"at {x}, {y}");

    /// <summary>Root of the mean squared difference, in steps of 255.</summary>
    public double DistanceTo(Decoded other)
    {
        double sum = 0;
        for (var i = 0; i < _numbers.Length; i++)
            sum += Math.Pow(_numbers[i] - other._numbers[i], 2);
        return Math.Sqrt(sum / _numbers.Length);
    }

    private static void Near((int R, int G, int B) expected, (float R, float G, float B) actual, float tolerance, string where) =>
        Assert.True(
            Math.Abs(expected.R - actual.R) <= tolerance && Math.Abs(expected.G - actual.G) <= tolerance && Math.Abs(expected.B - actual.B) <= tolerance,
            $"Expected {expected} {where}, found {actual}.");
}
