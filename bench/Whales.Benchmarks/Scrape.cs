using System.Globalization;

namespace Whales.Benchmarks;

/// <summary>One reading of a host's <c>/metrics</c>.</summary>
internal sealed class Scrape
{
    private static readonly HttpClient Http = new();
    private readonly string[] _lines;

    private Scrape(string page) => _lines = page.Split('\n');

    public static async Task<Scrape> OfAsync(Uri host) => new(await Http.GetStringAsync(new Uri(host, "metrics")));

    /// <summary>The sum of all series of this name that have these labels, each as <c>key="value"</c>.</summary>
    public double Sum(string name, params string[] labels) => _lines
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is '{' or ' ')
        .Where(line => labels.All(label => line.Contains(label, StringComparison.Ordinal)))
        .Sum(line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
}
