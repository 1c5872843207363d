using System.Globalization;

namespace Whales.Contracts;

/// <summary>
/// The part of a photo to look at, as fractions (0 to 1) of the photo after its EXIF orientation was applied.
/// The rectangle is turned clockwise by <see cref="Rotation"/> about its own centre; what it encloses is shown upright to the model.
/// </summary>
public sealed record Region
{
    /// <summary>Left edge, 0 to 1.</summary>
    public required double X { get; init; }

    /// <summary>Top edge, 0 to 1.</summary>
    public required double Y { get; init; }

    /// <summary>Width, above 0; X + Width is at most 1.</summary>
    public required double Width { get; init; }

    /// <summary>Height, above 0; Y + Height is at most 1.</summary>
    public required double Height { get; init; }

    /// <summary>Degrees clockwise, -360 to 360.</summary>
    public double Rotation { get; init; }

    /// <summary>Reads <c>x,y,w,h[,rotation]</c> with decimal points.</summary>
    /// <param name="text">Four or five numbers, separated by commas.</param>
    /// <param name="region">The region, when the answer is true.</param>
    /// <param name="error">What is wrong with <paramref name="text"/>, when the answer is false.</param>
    public static bool TryParse(string text, out Region? region, out string? error)
    {
        region = null;
        error = null;
        var parts = text.Split(',');
        if (parts.Length is not (4 or 5))
        {
            error = "region must be x,y,w,h or x,y,w,h,rotation: four or five numbers separated by commas.";
            return false;
        }

        Span<double> values = stackalloc double[5];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !double.IsFinite(values[i]))
            {
                error = $"region: number {i + 1} is not a finite number.";
                return false;
            }
        }

        const double Rounding = 1e-9;
        if (values[0] < 0 || values[1] < 0 || values[2] <= 0 || values[3] <= 0
            || values[0] + values[2] > 1 + Rounding || values[1] + values[3] > 1 + Rounding)
        {
            error = "region must lie inside the photo: 0 <= x, 0 <= y, w > 0, h > 0, x + w <= 1, y + h <= 1 (fractions of the photo, not pixels).";
            return false;
        }

        if (Math.Abs(values[4]) > 360)
        {
            error = "region: rotation must be between -360 and 360 degrees.";
            return false;
        }

        region = new Region { X = values[0], Y = values[1], Width = values[2], Height = values[3], Rotation = values[4] };
        return true;
    }
}
