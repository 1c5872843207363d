using System.Globalization;

namespace Whales.Hosting.Images;

/// <summary>Keys of the image store: <c>photos/yyyyMMdd/id</c>, made from our own id and clock alone.</summary>
public static class ImageKeys
{
    public static string ForPhoto(Guid id, DateTimeOffset acceptedAt) =>
        string.Create(CultureInfo.InvariantCulture, $"photos/{acceptedAt.UtcDateTime:yyyyMMdd}/{id:n}");
}
