using System.Text.Json;
using System.Text.RegularExpressions;
using Whales.Testing;
using Whales.Testing.Monitoring;

namespace Whales.Monitoring.Tests;

/// <summary>Dashboards that Grafana takes, that can be linked to, and that say what they are for.</summary>
public sealed partial class DashboardTests
{
    public static TheoryData<string> Files() => [.. MonitoringFiles.Dashboards.Keys];

    [Fact]
    public async Task Files_AreWhatTheirSourcesSay() =>
        await Tool.AcceptsAsync("node", Path.Combine(MonitoringFiles.Folder, "grafana", "build.mjs"), "--check");

    [Fact]
    public void Uids_AreThoseThatLinksUse() => Assert.Equal(
        ["whales-api", "whales-models", "whales-notifications", "whales-overview", "whales-queues", "whales-slo", "whales-system"],
        MonitoringFiles.Dashboards.Values.Select(dashboard => dashboard.GetProperty("uid").GetString()).Order(StringComparer.Ordinal));

    [Fact]
    public void ApiOverview_HasTheSixPanelsThatWereAskedFor()
    {
        var dashboard = MonitoringFiles.Dashboards["api-overview.json"];

        Assert.EndsWith("API - Overview", dashboard.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ["Request Rate", "Error Rate", "P95 Latency", "Models Loaded", "Request Rate by Status", "Response Latency"],
            Panels(dashboard).Take(6).Select(panel => panel.GetProperty("title").GetString()));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Panels_SayWhatTheyAnswerAndInWhichUnit(string file)
    {
        foreach (var panel in Panels(MonitoringFiles.Dashboards[file]))
        {
            var title = panel.GetProperty("title").GetString();
            var description = panel.GetProperty("description").GetString()!;
            Assert.True(description.IndexOf('?', StringComparison.Ordinal) is > 0 and var mark && mark < description.Length - 10, $"{title} says no question, or not what to do: {description}");
            Assert.NotEmpty(panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString()!);
            Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString());
            Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray());
            Assert.All(panel.GetProperty("targets").EnumerateArray(), target => Assert.NotEmpty(target.GetProperty("expr").GetString()!));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Panels_HaveTheirOwnIdTitleAndPlace(string file)
    {
        var panels = Panels(MonitoringFiles.Dashboards[file]);

        Assert.Distinct(panels.Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.Distinct(panels.Select(panel => panel.GetProperty("title").GetString()));
        var cells = from panel in panels
                    let place = panel.GetProperty("gridPos")
                    from x in Enumerable.Range(Number(place, "x"), Number(place, "w"))
                    from y in Enumerable.Range(Number(place, "y"), Number(place, "h"))
                    select (x, y);
        Assert.Distinct(cells);
        Assert.All(cells, cell => Assert.InRange(cell.x, 0, 23));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Variables_OfQueries_AreDefined(string file)
    {
        var dashboard = MonitoringFiles.Dashboards[file];
        var defined = dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Select(variable => variable.GetProperty("name").GetString()).ToList();

        var used = Panels(dashboard).SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .SelectMany(target => Variable().Matches(target.GetProperty("expr").GetString()!)).Select(match => match.Groups[1].Value).Where(name => !name.StartsWith("__", StringComparison.Ordinal));

        Assert.Contains("datasource", defined);
        Assert.Equal(used.Append("datasource").Distinct().Order(StringComparer.Ordinal), defined.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Provisioning_NamesTheDatasourceThatDashboardsChoose()
    {
        var datasource = MonitoringFiles.Scalars(Path.Combine(MonitoringFiles.Folder, "grafana", "provisioning", "datasources", "prometheus.yml"));
        Assert.Contains("prometheus", datasource);
        Assert.Contains("http://prometheus:9090", datasource);

        Assert.All(MonitoringFiles.Dashboards.Values, dashboard => Assert.Contains(
            dashboard.GetProperty("templating").GetProperty("list").EnumerateArray(),
            variable => variable.GetProperty("name").GetString() == "datasource" && variable.GetProperty("current").GetProperty("value").GetString() == "prometheus"));
    }

    [Fact]
    public void Metrics_OfOursInRulesAndPanels_AreDocumented()
    {
        var documented = Metric().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"))).Select(match => match.Groups[1].Value).ToHashSet();
        var asked = MonitoringFiles.Rules.Select(rule => rule.Expression).Concat(MonitoringFiles.PanelQueries.Select(query => query.Expression))
            .SelectMany(PromQl.Selectors).Where(selector => Unanswered.Why(selector, "both") is null)
            .Select(selector => Series().Match(selector).Groups[1].Value).Where(name => name.Length > 0).ToHashSet();
        Assert.NotEmpty(asked);

        Assert.All(asked, name => Assert.Contains(name, documented));
    }

    private static JsonElement[] Panels(JsonElement dashboard) => [.. dashboard.GetProperty("panels").EnumerateArray()];

    private static int Number(JsonElement element, string property) => element.GetProperty(property).GetInt32();

    [GeneratedRegex(@"\$\{?([A-Za-z_]+)")]
    private static partial Regex Variable();

    [GeneratedRegex("^\\| `((?:whales|telegram)_[a-z0-9_]+)`", RegexOptions.Multiline)]
    private static partial Regex Metric();

    [GeneratedRegex("^((?:whales|telegram)_[a-z0-9_]*?)(?:_bucket|_sum|_count)?(?:\\{|$)")]
    private static partial Regex Series();
}
