using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Whales.Hosting.Metrics;

/// <summary>Which of the two texts a scraper gets. OpenMetrics is the one with exemplars.</summary>
internal static class ScrapeFormat
{
    public const string Text = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>OpenMetrics only for those who name it, in a version that we speak, and do not like plain text better.</summary>
    public static bool WantsOpenMetrics(StringValues accept)
    {
        if (StringValues.IsNullOrEmpty(accept) || !MediaTypeHeaderValue.TryParseList(accept, out var ranges))
            return false;
        double open = 0, text = 0;
        foreach (var range in ranges)
        {
            var quality = range.Quality ?? 1;
            if (range.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) && IsOurVersion(range))
                open = Math.Max(open, quality);
            else if (range.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
                text = Math.Max(text, quality);
        }

        return open > 0 && open >= text;
    }

    private static bool IsOurVersion(MediaTypeHeaderValue range)
    {
        var version = range.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase));
        return version is null || HeaderUtilities.RemoveQuotes(version.Value) == "1.0.0";
    }
}
