using System.Globalization;

namespace Whales.Hosting.Catalogue;

/// <summary>How versions of a catalogue are written in answers.</summary>
public static class CatalogueVersions
{
    public static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);
}
