using Whales.Contracts;

namespace Whales.Imaging.Decoding;

/// <summary>
/// The geometry of one decode, in the frame of the stored (not yet upright) photo: a turned rectangle of it becomes
/// <see cref="Width"/> x <see cref="Height"/> pixels, which then stand upright at <see cref="Left"/>, <see cref="Top"/> in the tensor.
/// Working in the stored frame lets pixels stream from top to bottom; turning them upright costs nothing when they are written.
/// </summary>
internal readonly record struct DecodePlan
{
    /// <summary>Centre of the rectangle, fractions of the stored photo.</summary>
    public required double CentreX { get; init; }

    public required double CentreY { get; init; }

    /// <summary>Size of the rectangle before it is turned, fractions of the stored photo.</summary>
    public required double PartWidth { get; init; }

    public required double PartHeight { get; init; }

    /// <summary>How far the rectangle is turned in the stored photo, degrees clockwise; 0 when it is not.</summary>
    public required double Rotation { get; init; }

    /// <summary>Result in pixels, in the stored frame.</summary>
    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>Place of the upright result in the tensor.</summary>
    public required int Left { get; init; }

    public required int Top { get; init; }

    public required int Orientation { get; init; }

    /// <summary>True when the result does not cover the tensor.</summary>
    public required bool HasBars { get; init; }

    /// <summary>By how much the rectangle of a photo of this size shrinks on the side that shrinks least; below 1 it grows.</summary>
    public double Shrink(int photoWidth, int photoHeight) =>
        Math.Min(PartWidth * photoWidth / Width, PartHeight * photoHeight / Height);

    /// <param name="width">Pixels across, as stored.</param>
    /// <param name="height">Pixels down, as stored.</param>
    /// <param name="orientation">EXIF orientation, 1 to 8.</param>
    /// <param name="region">The part to show, in the upright photo; null for all of it.</param>
    /// <param name="spec">The tensor to fill.</param>
    public static DecodePlan Make(int width, int height, int orientation, Region? region, TensorSpec spec)
    {
        var swap = ExifTurn.SwapsSides(orientation);
        var (uprightWidth, uprightHeight) = swap ? (height, width) : (width, height);

        // The rectangle in pixels of the upright photo.
        var partWidth = (region?.Width ?? 1) * uprightWidth;
        var partHeight = (region?.Height ?? 1) * uprightHeight;
        int resultWidth = spec.Width, resultHeight = spec.Height;
        switch (spec.Resize)
        {
            case ResizeMode.Cover:
                var cut = Math.Min(partWidth / resultWidth, partHeight / resultHeight);
                (partWidth, partHeight) = (cut * resultWidth, cut * resultHeight);
                break;
            case ResizeMode.Fit:
                var fit = Math.Max(partWidth / resultWidth, partHeight / resultHeight);
                resultWidth = Math.Clamp((int)Math.Round(partWidth / fit), 1, resultWidth);
                resultHeight = Math.Clamp((int)Math.Round(partHeight / fit), 1, resultHeight);
                break;
        }

        var (x, y) = region is null ? (0.5, 0.5) : (region.X + region.Width / 2, region.Y + region.Height / 2);
        var (centreX, centreY) = ExifTurn.ToStored(orientation, x, y);
        var rotation = (region?.Rotation ?? 0) % 360;
        var (fractionWidth, fractionHeight) = (partWidth / uprightWidth, partHeight / uprightHeight);
        return new DecodePlan
        {
            CentreX = centreX,
            CentreY = centreY,
            PartWidth = swap ? fractionHeight : fractionWidth,
            PartHeight = swap ? fractionWidth : fractionHeight,
            Rotation = ExifTurn.IsMirrored(orientation) ? -rotation : rotation,
            Width = swap ? resultHeight : resultWidth,
            Height = swap ? resultWidth : resultHeight,
            Left = (spec.Width - resultWidth) / 2,
            Top = (spec.Height - resultHeight) / 2,
            Orientation = orientation,
            HasBars = resultWidth != spec.Width || resultHeight != spec.Height,
        };
    }
}
