using System.Globalization;

namespace Whales.FunctionalTests.Running;

/// <summary>Reads a host's <c>/metrics</c>.</summary>
public static class Metrics
{
    private static readonly HttpClient Http = new();

    /// <summary>The sum of all series of <paramref name="name"/> that have these labels.</summary>
    public static async Task<double> ReadAsync(Uri host, string name, params (string Key, string Value)[] labels)
    {
        var page = await Http.GetStringAsync(new Uri(host, "metrics"));
        return page.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is '{' or ' ')
            .Where(line => labels.All(label => line.Contains($"{label.Key}=\"{label.Value}\"", StringComparison.Ordinal)))
            .Sum(line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
    }
}
