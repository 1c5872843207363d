namespace Whales.Imaging.Decoding;

/// <summary>Turns 8-bit pixels into normalised numbers at their place in the tensor, upright.</summary>
internal readonly unsafe struct TensorWriter
{
    private readonly int _origin;
    private readonly int _stepX;
    private readonly int _stepY;
    private readonly int _plane;

    public TensorWriter(in DecodePlan plan, TensorSpec spec)
    {
        // A pixel's place is linear in its stored x and y, so three corners tell the steps for each orientation.
        var pixel = spec.Layout == TensorLayout.Nchw ? 1 : 3;
        _plane = spec.Layout == TensorLayout.Nchw ? spec.Width * spec.Height : 1;
        _origin = Place(plan, spec, 0, 0) * pixel;
        _stepX = Place(plan, spec, 1, 0) * pixel - _origin;
        _stepY = Place(plan, spec, 0, 1) * pixel - _origin;
    }

    /// <summary>Writes a picture with one band (grey) or three (red, green, blue).</summary>
    public void Write(byte* pixels, int bands, int width, int height, TensorSpec spec, Span<float> destination)
    {
        var (green, blue) = bands == 3 ? (1, 2) : (0, 0);
        fixed (float* table = spec.Table, tensor = destination)
        {
            var source = pixels;
            for (var y = 0; y < height; y++)
            {
                var target = tensor + _origin + (nint)y * _stepY;
                for (var x = 0; x < width; x++)
                {
                    target[0] = table[source[0]];
                    target[_plane] = table[256 + source[green]];
                    target[2 * _plane] = table[512 + source[blue]];
                    source += bands;
                    target += _stepX;
                }
            }
        }
    }

    /// <summary>Fills the tensor with <see cref="TensorSpec.NoPhoto"/>.</summary>
    public static void FillBars(TensorSpec spec, Span<float> destination)
    {
        var table = spec.Table;
        if (spec.Layout == TensorLayout.Nchw)
        {
            var plane = spec.Width * spec.Height;
            for (var band = 0; band < 3; band++)
                destination.Slice(band * plane, plane).Fill(table[band * 256 + TensorSpec.NoPhoto]);
            return;
        }

        for (var i = 0; i < spec.Length; i++)
            destination[i] = table[i % 3 * 256 + TensorSpec.NoPhoto];
    }

    private static int Place(in DecodePlan plan, TensorSpec spec, int x, int y)
    {
        var upright = ExifTurn.ToUpright(plan.Orientation, x, y, plan.Width, plan.Height);
        return (plan.Top + upright.Y) * spec.Width + plan.Left + upright.X;
    }
}
