using Whales.Contracts;
using Whales.Imaging.Decoding;
using Whales.Imaging.Headers;
using Whales.Imaging.Native;

namespace Whales.Imaging;

/// <summary>Turns the bytes of a photo into the numbers that a network wants. Safe to call from many threads at once; each call decodes on one thread.</summary>
public static class PhotoDecoder
{
    /// <summary>Pixels that a photo may have unless a caller says otherwise: 100 million, more than any camera of a survey gives.</summary>
    public const long DefaultMaxPixels = 100_000_000;

    /// <summary>The most that any host may be set to take, 1,000 million; for photos whose size was checked against that setting when they were accepted.</summary>
    public const long MostPixels = 1_000_000_000;

    /// <summary>
    /// How many pixels must be left for each one of the result when a decoder shrinks by itself. Its averaging is coarse; the good filter
    /// needs something to work on. At 1.5 a third of the time is saved and the result differs from a full decode by 2 of 255 (RMS).
    /// </summary>
    private const double Spare = 1.5;

    /// <summary>Decodes, turns upright, crops, resizes and normalises a photo.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="region">The part to show; null for the whole photo.</param>
    /// <param name="spec">The tensor to make.</param>
    /// <param name="destination">Filled with exactly <see cref="TensorSpec.Length"/> numbers.</param>
    /// <param name="maxPixels">Largest width times height; checked before a pixel is decoded.</param>
    /// <exception cref="UnreadableImageException">The photo is at fault; <paramref name="destination"/> may be half filled.</exception>
    public static void Decode(ReadOnlySpan<byte> bytes, Region? region, TensorSpec spec, Span<float> destination, long maxPixels = DefaultMaxPixels)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (destination.Length != spec.Length)
            throw new ArgumentException($"The tensor has {spec.Length} numbers, the destination {destination.Length}.", nameof(destination));
        var detected = ImageFormats.Detect(bytes[..Math.Min(bytes.Length, ImageFormats.BytesToDetect)]);
        if (!detected.IsPhoto)
            throw UnreadableImageException.Unsupported(detected.Name);

        try
        {
            unsafe
            {
                fixed (byte* data = bytes)
                    Decode(data, bytes.Length, detected.Format, region, spec, destination, maxPixels);
            }
        }
        catch (VipsException e)
        {
            throw UnreadableImageException.Damaged(detected.Format, e);
        }
    }

    /// <summary>The whole pixels nearest to a stretch of a side: at least one, and inside.</summary>
    internal static (int Start, int Length) Span(double from, double to, int side)
    {
        var start = (int)Math.Clamp(Math.Round(from), 0, side - 1);
        var end = (int)Math.Clamp(Math.Round(to), start + 1, side);
        return (start, end - start);
    }

    private static unsafe void Decode(
        byte* data, int length, ImageFormat format, Region? region, TensorSpec spec, Span<float> destination, long maxPixels)
    {
        using var chain = new ImageChain(Open(data, length, format, region, spec, maxPixels, out var plan));
        Colour.Prepare(chain);
        if (plan.Rotation != 0)
        {
            TurnedRegion.Cut(chain, plan);
        }
        else
        {
            CutUpright(chain, plan);
            Colour.Finish(chain);
        }

        Write(chain.Image, plan, spec, destination, format);
    }

    /// <summary>Opens the photo as small as the result allows.</summary>
    private static unsafe VipsImage Open(
        byte* data, int length, ImageFormat format, Region? region, TensorSpec spec, long maxPixels, out DecodePlan plan)
    {
        if (format == ImageFormat.Jpeg)
        {
            var header = JpegHeader.Read(new ReadOnlySpan<byte>(data, length));
            plan = Plan(header, region, spec, maxPixels);
            var spare = plan.Shrink(header.Width, header.Height) / Spare;
            return Loader.Open(data, length, format, shrink: spare >= 8 ? 8 : spare >= 4 ? 4 : spare >= 2 ? 2 : 1);
        }

        var image = Loader.Open(data, length, format);
        try
        {
            var header = VipsHeader.Of(image, format);
            plan = Plan(header, region, spec, maxPixels);
            var spare = plan.Shrink(header.Width, header.Height) / Spare;
            if (format != ImageFormat.WebP || spare <= 1)
                return image;
            var smaller = Loader.Open(data, length, format, scale: 1 / spare);
            image.Dispose();
            return smaller;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static DecodePlan Plan(PhotoHeader header, Region? region, TensorSpec spec, long maxPixels)
    {
        if (header.Pixels > maxPixels)
            throw UnreadableImageException.TooManyPixels(header.Width, header.Height, maxPixels);
        return DecodePlan.Make(header.Width, header.Height, header.Orientation, region, spec);
    }

    private static void CutUpright(ImageChain chain, in DecodePlan plan)
    {
        int width = chain.Image.Width, height = chain.Image.Height;
        var (left, partWidth) = Span((plan.CentreX - plan.PartWidth / 2) * width, (plan.CentreX + plan.PartWidth / 2) * width, width);
        var (top, partHeight) = Span((plan.CentreY - plan.PartHeight / 2) * height, (plan.CentreY + plan.PartHeight / 2) * height, height);
        chain.Crop(left, top, partWidth, partHeight);
        chain.Resize(plan.Width, plan.Height);
    }

    private static unsafe void Write(VipsImage image, in DecodePlan plan, TensorSpec spec, Span<float> destination, ImageFormat format)
    {
        if (image.Format != VipsFormat.UInt8 || image.Bands is not (1 or 3) || image.Width != plan.Width || image.Height != plan.Height)
            throw new UnreadableImageException(UnreadableReason.Unsupported, $"The {ImageFormats.Name(format)} holds an unusual kind of pixels that we cannot read.");

        // A thread of libvips computes them: it keeps its buffers from photo to photo, which ours could not.
        using var pixels = image.CopyToMemory();
        if (plan.HasBars)
            TensorWriter.FillBars(spec, destination);
        new TensorWriter(plan, spec).Write(pixels.Data, pixels.Bands, plan.Width, plan.Height, spec, destination);
    }
}
