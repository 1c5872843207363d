namespace Whales.Imaging.Decoding;

/// <summary>
/// Cuts a turned rectangle out of an image: its bounding box is cropped and shrunk, as much as the result allows, while pixels stream by;
/// only what is left is held in memory and turned.
/// </summary>
internal static class TurnedRegion
{
    /// <summary>Bounds memory for a long thin rectangle, whose box is large however few pixels are wanted of it.</summary>
    private const double MostPixelsInMemory = 16e6;

    public static void Cut(ImageChain chain, in DecodePlan plan)
    {
        var (sin, cos) = Math.SinCos(plan.Rotation * Math.PI / 180);
        int width = chain.Image.Width, height = chain.Image.Height;
        double partWidth = plan.PartWidth * width, partHeight = plan.PartHeight * height;
        double centreX = plan.CentreX * width, centreY = plan.CentreY * height;

        var scale = Math.Min(1, 1 / plan.Shrink(width, height));
        var margin = 2 / scale; // For the neighbours that interpolation looks at.
        var halfWidth = (Math.Abs(partWidth * cos) + Math.Abs(partHeight * sin)) / 2 + margin;
        var halfHeight = (Math.Abs(partWidth * sin) + Math.Abs(partHeight * cos)) / 2 + margin;
        var (left, boxWidth) = PhotoDecoder.Span(centreX - halfWidth, centreX + halfWidth, width);
        var (top, boxHeight) = PhotoDecoder.Span(centreY - halfHeight, centreY + halfHeight, height);
        chain.Crop(left, top, boxWidth, boxHeight);

        scale = Math.Min(scale, Math.Sqrt(MostPixelsInMemory / ((double)boxWidth * boxHeight)));
        chain.Resize(Math.Max(1, (int)Math.Round(boxWidth * scale)), Math.Max(1, (int)Math.Round(boxHeight * scale)));
        Colour.Finish(chain);

        // A little too many pixels on one side where width and height shrink by different factors: the last step evens that out.
        var turnedWidth = Math.Max(plan.Width, (int)Math.Round(partWidth * scale));
        var turnedHeight = Math.Max(plan.Height, (int)Math.Round(partHeight * scale));
        double boxScaleX = (double)chain.Image.Width / boxWidth, boxScaleY = (double)chain.Image.Height / boxHeight;
        double scaleX = turnedWidth / partWidth, scaleY = turnedHeight / partHeight;
        double a = scaleX * cos / boxScaleX, b = scaleX * sin / boxScaleY, c = -scaleY * sin / boxScaleX, d = scaleY * cos / boxScaleY;

        // Positions count from the middle of a pixel.
        double fromX = 0.5 - (centreX - left) * boxScaleX, fromY = 0.5 - (centreY - top) * boxScaleY;
        var offsetX = a * fromX + b * fromY + turnedWidth / 2.0 - 0.5;
        var offsetY = c * fromX + d * fromY + turnedHeight / 2.0 - 0.5;

        chain.Replace(chain.Image.CopyToMemory());
        chain.Affine(a, b, c, d, offsetX, offsetY, turnedWidth, turnedHeight, "background");
        chain.Resize(plan.Width, plan.Height);
    }
}
