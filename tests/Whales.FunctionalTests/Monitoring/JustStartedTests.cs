using System.Text.RegularExpressions;
using Whales.FunctionalTests.Running;
using Whales.Testing;

namespace Whales.FunctionalTests.Monitoring;

/// <summary>A host's first metrics page, before its first photo, its broker and its model: every known series is there, and promtool finds nothing.</summary>
public sealed class JustStartedTests : IDisposable
{
    // Nothing listens there: what needs a broker never happens.
    private const string NoBroker = "amqp://guest:guest@127.0.0.1:9/";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Whales.Ingest.Api", 'A')]
    [InlineData("Whales.Worker", 'W')]
    [InlineData("Whales.Notifier", 'N')]
    [InlineData("Whales.Standalone", 'S')]
    public async Task FirstPage_OfEveryHost_HasTheWholeCatalogue(string project, char host)
    {
        Directory.CreateDirectory(_folder.Path("models"));
        TestPictures.WriteQuickModel(_folder.Path("models"));
        await using var process = HostProcess.Start(project, new Dictionary<string, string?>
        {
            ["RabbitMq__Uri"] = host == 'S' ? null : NoBroker,
            ["Storage__SqliteFile"] = _folder.Path("whales.db"),
            ["ImageStore__Folder"] = _folder.Path("images"),
            ["Models__Folder"] = _folder.Path("models"),
            ["Starts__Folder"] = _folder.Path("starts"),
            // With these Standalone is the notifier too.
            ["Notifier__SqliteFile"] = _folder.Path("notifier.db"),
            ["Notifier__WebhookToken"] = "token-of-this-test",
        });

        var page = await FirstPageAsync(process);

        var missing = Missing(page, host).ToList();
        Assert.True(missing.Count == 0, $"{missing.Count} series are not there:\n{string.Join('\n', missing)}");
        await Promtool.AcceptsAsync(page, project);
    }

    private static IEnumerable<string> Missing(string page, char host)
    {
        foreach (var (name, type, all) in MetricCatalogue.Of(host))
        {
            if (!page.Contains($"# TYPE {name} {type}\n", StringComparison.Ordinal))
                yield return $"# TYPE {name} {type}";
            foreach (var series in all)
            {
                string[] samples = type == "histogram" ? [$"{name}_sum", $"{name}_count", $"{name}_bucket"] : [name];
                foreach (var sample in samples.Where(sample => !Pattern(sample, series).IsMatch(page)))
                    yield return $"{sample}{{{series}}}";
            }
        }
    }

    private static Regex Pattern(string name, string series)
    {
        var labels = Regex.Escape(series).Replace("\"\\*\"", "\"[^\"]*\"", StringComparison.Ordinal);
        if (name.EndsWith("_bucket", StringComparison.Ordinal))
            labels += $"{(labels.Length == 0 ? "" : ",")}le=\"\\+Inf\"";
        return new Regex($"^{name}{(labels.Length == 0 ? "" : $"{{{labels}}}")} ", RegexOptions.Multiline);
    }

    private static async Task<string> FirstPageAsync(HostProcess host)
    {
        using var http = new HttpClient();
        var page = "";
        await Eventually.UntilAsync(
            async () =>
            {
                Assert.False(host.HasExited, string.Join('\n', host.Output));
                try
                {
                    page = await http.GetStringAsync(new Uri(host.Url, "metrics"));
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            Patience, () => $"{host.Url}metrics; its output: {string.Join('\n', host.Output.TakeLast(5))}");
        return page;
    }
}
