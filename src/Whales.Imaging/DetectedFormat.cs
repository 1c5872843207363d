namespace Whales.Imaging;

/// <summary>What a file's first bytes say it is.</summary>
/// <param name="Format">The photo format, or <see cref="ImageFormat.None"/> for what we refuse.</param>
/// <param name="Name">For people: "JPEG", "PDF document", "HEIC photo", "text".</param>
/// <param name="ContentType">The media type of an accepted format; null for what we refuse.</param>
public readonly record struct DetectedFormat(ImageFormat Format, string Name, string? ContentType)
{
    public bool IsPhoto => Format != ImageFormat.None;
}
