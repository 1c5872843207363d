namespace Whales.Imaging;

/// <summary>Why a photo cannot be read.</summary>
public enum UnreadableReason
{
    /// <summary>Not one of the formats of <see cref="ImageFormat"/>.</summary>
    Unsupported,

    /// <summary>Damaged, or it ends too early.</summary>
    Damaged,

    /// <summary>More pixels than the caller allows.</summary>
    TooManyPixels,
}

/// <summary>The photo itself is at fault, and trying again will not help. The message is a sentence for the one who sent it.</summary>
public sealed class UnreadableImageException(UnreadableReason reason, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public UnreadableReason Reason { get; } = reason;

    internal static UnreadableImageException Unsupported(string name) =>
        new(UnreadableReason.Unsupported, $"This is not a photo in a format that we read (JPEG, PNG, WebP, AVIF, TIFF, GIF): {name}.");

    internal static UnreadableImageException Damaged(ImageFormat format, Exception? cause = null) =>
        new(UnreadableReason.Damaged, $"The {ImageFormats.Name(format)} is damaged or ends too early.", cause);

    internal static UnreadableImageException TooManyPixels(long width, long height, long limit) =>
        new(UnreadableReason.TooManyPixels, string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"The photo has {width} x {height} pixels; at most {limit / 1e6:0.##} million are accepted."));
}
