using System.Text.RegularExpressions;
using Whales.Hosting.Models;
using Whales.Testing;
using Whales.Testing.Monitoring;

namespace Whales.Monitoring.Tests;

/// <summary>What Prometheus and Alertmanager themselves say about their files, and whether the files speak of the same hosts as everybody else.</summary>
public sealed partial class ConfigurationTests
{
    private static readonly string PrometheusFile = Path.Combine(MonitoringFiles.PrometheusFolder, "prometheus.yml");

    public static TheoryData<string> RuleTests() =>
        [.. Directory.EnumerateFiles(Path.Combine(MonitoringFiles.PrometheusFolder, "tests"), "*.test.yml").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Prometheus_Configuration_PassesPromtool() => await Tool.AcceptsAsync("promtool", "check", "config", PrometheusFile);

    [Fact]
    public async Task Prometheus_Rules_PassPromtoolsLint() =>
        await Tool.AcceptsAsync(
            "promtool", ["check", "rules", "--lint=all", "--lint-fatal", .. Directory.EnumerateFiles(Path.Combine(MonitoringFiles.PrometheusFolder, "rules"))]);

    [Theory]
    [MemberData(nameof(RuleTests))]
    public async Task Prometheus_RuleTests_Pass(string file) =>
        await Tool.AcceptsAsync("promtool", "test", "rules", Path.Combine(MonitoringFiles.PrometheusFolder, "tests", file));

    [Fact]
    public async Task Alertmanager_Configuration_PassesAmtool() => await Tool.AcceptsAsync("amtool", "check-config", MonitoringFiles.AlertmanagerFile);

    [Theory]
    [InlineData("alertname=Watchdog severity=none component=monitoring", "watchdog")]
    [InlineData("alertname=QueueStalled severity=critical component=queue", "telegram-critical,extra-critical")]
    [InlineData("alertname=HighErrorRate severity=warning component=worker", "telegram-warning")]
    [InlineData("alertname=NoRequestsToModel severity=info component=api", "telegram-info")]
    [InlineData("alertname=NotifierDown severity=critical component=notifier", "break-glass")]
    [InlineData("alertname=AlertmanagerNotificationsFailing severity=critical component=monitoring", "break-glass,telegram-critical,extra-critical")]
    [InlineData("alertname=SomebodyElses", "telegram-default")]
    public async Task Alertmanager_Alert_GoesToItsReceiver(string labels, string receivers) =>
        await Tool.AcceptsAsync(
            "amtool", ["config", "routes", "test", $"--config.file={MonitoringFiles.AlertmanagerFile}", $"--verify.receivers={receivers}", .. labels.Split(' ')]);

    [Fact]
    public void Hosts_OfBothConfigurations_AreServicesOfOurs()
    {
        var workers = ModelFolders.Scan(Path.Combine(Repository.Root, "models")).Models.Select(model => Worker(model.Manifest.Name));
        string[] known = ["api:8000", "notifier:8085", "rabbitmq:15692", "prometheus:9090", "alertmanager:9093", "localhost:3001", .. workers];

        var named = new[] { PrometheusFile, WorkersFile, MonitoringFiles.AlertmanagerFile }
            .SelectMany(MonitoringFiles.Scalars).Select(text => Address().Match(text)).Where(match => match.Success).Select(match => match.Groups[1].Value);

        Assert.All(named, address => Assert.Contains(Port().Replace(address, match => address.StartsWith("worker-", StringComparison.Ordinal) ? "" : match.Value), known));
    }

    [Fact]
    public void Workers_OfAllModels_AreScraped()
    {
        var targets = MonitoringFiles.Scalars(WorkersFile).Where(text => text.StartsWith("worker-", StringComparison.Ordinal)).ToList();
        var models = ModelFolders.Scan(Path.Combine(Repository.Root, "models")).Models.Select(model => model.Manifest.Name).Order(StringComparer.Ordinal);

        // In its container each listens on 8001; only the ports on the host differ.
        Assert.Equal(models.Select(model => $"{Worker(model)}:8001"), targets);
    }

    [Fact]
    public void Jobs_NamedInRules_AreScraped()
    {
        var jobs = JobName().Matches(File.ReadAllText(PrometheusFile)).Select(match => match.Groups[1].Value).ToList();
        var named = MonitoringFiles.Rules.Select(rule => rule.Expression).Concat(MonitoringFiles.PanelQueries.Select(query => query.Expression))
            .SelectMany(text => Job().Matches(text)).ToList();
        Assert.NotEmpty(named);

        Assert.All(named, match => Assert.Contains(jobs, job => match.Groups[1].Value == "=" ? job == match.Groups[2].Value : Regex.IsMatch(job, $"^({match.Groups[2].Value})$")));
    }

    [Fact]
    public void Bounds_OfHistogramsInQueries_AreWrittenAsWeServeThem()
    {
        var bounds = MonitoringFiles.Rules.Select(rule => rule.Expression).Concat(MonitoringFiles.PanelQueries.Select(query => query.Expression))
            .SelectMany(text => Bound().Matches(text)).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(bounds);

        Assert.All(bounds, bound => Assert.Contains('.', bound));
    }

    private static string WorkersFile { get; } = Path.Combine(MonitoringFiles.PrometheusFolder, "targets", "workers.yml");

    private static string Worker(string model) => "worker-" + model.Replace('_', '-');

    // Where one of ours is meant: a bare host:port, or the beginning of an http address; not mail.example.org or discord.com.
    [GeneratedRegex("^(?:http://)?([a-z][a-z0-9-]*:[0-9]+)(?:/|$)")]
    private static partial Regex Address();

    [GeneratedRegex(":[0-9]+$")]
    private static partial Regex Port();

    [GeneratedRegex("job_name: ([a-z-]+)")]
    private static partial Regex JobName();

    [GeneratedRegex("\\bjob(=~?)\"([^\"]+)\"")]
    private static partial Regex Job();

    [GeneratedRegex("\\ble=\"([^\"]+)\"")]
    private static partial Regex Bound();
}
