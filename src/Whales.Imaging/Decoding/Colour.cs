using Whales.Imaging.Native;

namespace Whales.Imaging.Decoding;

/// <summary>Brings whatever a file holds to 8-bit sRGB or 8-bit grey.</summary>
internal static class Colour
{
    /// <summary>
    /// Before the picture is resized: what cannot be resized as it is. Rare colour spaces become sRGB, and transparent pixels become
    /// <see cref="TensorSpec.NoPhoto"/> (a weighted sum like resizing itself, so the order does not matter).
    /// </summary>
    public static void Prepare(ImageChain chain)
    {
        if (!IsCommon(chain.Image))
            ToColourSpace(chain, VipsInterpretation.Srgb);
        if (!HasAlpha(chain.Image))
            return;

        using var flatten = new VipsOperation("flatten"u8);
        flatten.SetOptions(Background(chain.Image));
        chain.Apply(flatten);
    }

    /// <summary>After the picture was resized, when few pixels are left: profile, CMYK and 16 bit to 8-bit sRGB.</summary>
    public static void Finish(ImageChain chain)
    {
        var interpretation = chain.Image.Interpretation;
        var cmyk = interpretation == VipsInterpretation.Cmyk;
        if (NeedsProfile(chain.Image) && TryTransform(chain, cmyk))
            return;
        if (interpretation is VipsInterpretation.BlackWhite or VipsInterpretation.Grey16)
            ToColourSpace(chain, VipsInterpretation.BlackWhite);
        else if (chain.Image.Format != VipsFormat.UInt8 || cmyk)
            ToColourSpace(chain, VipsInterpretation.Srgb);
    }

    private static bool IsCommon(VipsImage image) => image.Format is VipsFormat.UInt8 or VipsFormat.UInt16
        && image.Interpretation is VipsInterpretation.Srgb or VipsInterpretation.Rgb or VipsInterpretation.BlackWhite
            or VipsInterpretation.Rgb16 or VipsInterpretation.Grey16 or VipsInterpretation.Cmyk;

    private static bool HasAlpha(VipsImage image) =>
        image.Bands == 2 || image.Bands > (image.Interpretation == VipsInterpretation.Cmyk ? 4 : 3);

    private static ReadOnlySpan<byte> Background(VipsImage image) => (image.Interpretation, image.Format) switch
    {
        (VipsInterpretation.Cmyk, VipsFormat.UInt8) => "background=0 0 0 127"u8,
        (VipsInterpretation.Cmyk, _) => "background=0 0 0 32639"u8,
        (_, VipsFormat.UInt8) => "background=128"u8,
        _ => "background=32896"u8, // 128 * 257
    };

    /// <summary>Most photos say that they are sRGB; the transform would cost as much as the rest and change nothing.</summary>
    private static bool NeedsProfile(VipsImage image)
    {
        var profile = image.GetBlob("icc-profile-data"u8);
        return profile.Length > 0 && !IccProfile.IsSrgb(profile);
    }

    private static bool TryTransform(ImageChain chain, bool cmyk)
    {
        try
        {
            using var transform = new VipsOperation("icc_transform"u8);
            transform.SetOptions(cmyk ? "output-profile=srgb,input-profile=cmyk,embedded=true,depth=8"u8 : "output-profile=srgb,embedded=true,depth=8"u8);
            chain.Apply(transform);
            return true;
        }
        catch (VipsException)
        {
            // A profile that is broken or belongs to another kind of picture: the pixels are still a photo.
            return false;
        }
    }

    private static void ToColourSpace(ImageChain chain, VipsInterpretation space)
    {
        using var convert = new VipsOperation("colourspace"u8);
        convert.Set("space"u8, (int)space);
        chain.Apply(convert);
    }
}
