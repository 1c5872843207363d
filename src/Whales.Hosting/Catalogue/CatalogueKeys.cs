using System.Globalization;
using System.Text.RegularExpressions;

namespace Whales.Hosting.Catalogue;

/// <summary>Keys of catalogue files in the image store; no part of them comes from a client.</summary>
public static partial class CatalogueKeys
{
    public static string Head(string model) => $"catalogue/{model}/head.json";

    /// <summary>A name that no file had before.</summary>
    public static string NewSegment(string model, string kind, long version) =>
        string.Create(CultureInfo.InvariantCulture, $"catalogue/{model}/{kind}-{version}-{Guid.NewGuid():n}");

    /// <summary>True for what this class makes and nothing else.</summary>
    public static bool IsCatalogue(string? key) => key is not null && Pattern().IsMatch(key);

    [GeneratedRegex("^catalogue/[a-z0-9_]{1,64}/(head\\.json|(base|delta)-[0-9]{1,19}-[0-9a-f]{32})\\z")]
    private static partial Regex Pattern();
}
