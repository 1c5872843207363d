using System.Globalization;
using System.Text.RegularExpressions;

namespace Whales.Hosting.Images;

/// <summary>Keys of the image store: <c>photos/yyyyMMdd/id</c>, made from our own id and clock alone.</summary>
public static partial class ImageKeys
{
    public static string ForPhoto(Guid id, DateTimeOffset acceptedAt) =>
        string.Create(CultureInfo.InvariantCulture, $"photos/{acceptedAt.UtcDateTime:yyyyMMdd}/{id:n}");

    /// <summary>True for what <see cref="ForPhoto"/> makes and nothing else, so that no key can climb out of the store.</summary>
    public static bool IsPhoto(string? key) => key is not null && PhotoPattern().IsMatch(key);

    /// <summary>True for photos, and for what lies under <c>catalogue/</c> with plain names.</summary>
    public static bool IsOurs(string? key) => IsPhoto(key) || (key is not null && CataloguePattern().IsMatch(key));

    [GeneratedRegex("^catalogue(/[a-z0-9_][a-z0-9_.-]{0,127}){1,4}\\z")]
    private static partial Regex CataloguePattern();

    [GeneratedRegex("^photos/[0-9]{8}/[0-9a-f]{32}\\z")]
    private static partial Regex PhotoPattern();
}
