using System.Text.RegularExpressions;
using Whales.Testing;
using Whales.Testing.Monitoring;
using YamlDotNet.Serialization;

namespace Whales.Monitoring.Tests;

/// <summary>Each alert says what is wrong, where to look and what to do, and is tested both ways.</summary>
public sealed partial class AlertTests
{
    private static readonly string Operations = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

    public static TheoryData<string> Names() => [.. MonitoringFiles.Alerts.Select(alert => alert.Alert!).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Alert_HasItsLabelsAndTexts(string name)
    {
        var uids = MonitoringFiles.Dashboards.Values.Select(dashboard => dashboard.GetProperty("uid").GetString()).ToList();
        foreach (var alert in Named(name))
        {
            Assert.Contains(alert.Labels["severity"], new[] { "critical", "warning", "info", "none" });
            Assert.NotEmpty(alert.Labels["component"]);
            Assert.NotEmpty(alert.Labels["alert_family"]);
            Assert.NotEmpty(alert.Annotations["summary"]);
            Assert.NotEmpty(alert.Annotations["description"]);
            Assert.Contains(alert.Annotations["dashboard"], uids);
            Assert.Equal($"{{{{ $externalLabels.grafana }}}}/d/{alert.Annotations["dashboard"]}", alert.Annotations["dashboard_url"]);
            Assert.Equal($"{{{{ $externalLabels.runbooks }}}}#{name.ToLowerInvariant()}", alert.Annotations["runbook_url"]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Alert_HasAnEntryInTheRunbook(string name)
    {
        var entry = Entry().Matches(Operations).SingleOrDefault(match => match.Groups[1].Value == name);

        Assert.True(entry is not null, $"docs/operations.md has no entry #### {name}.");
        // What it means, how to look, what to do: less than this says nothing.
        Assert.True(entry.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length >= 20, $"The entry of {name} is too short to help.");
    }

    [Fact]
    public void Runbook_Entries_AreOfAlertsThatExist() =>
        Assert.All(Entry().Matches(Operations), match => Assert.Contains(match.Groups[1].Value, MonitoringFiles.Alerts.Select(alert => alert.Alert)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Alert_HasACaseThatFiresAndOneThatIsSilent(string name)
    {
        // Alerts that share a name are told apart by a label: each wants its own cases.
        var windows = Named(name).Select(alert => alert.Labels.GetValueOrDefault("window")).ToList();
        foreach (var window in windows)
        {
            var asks = (string expression) => expression.Contains($"alertname=\"{name}\"", StringComparison.Ordinal)
                && (windows.Count == 1 || expression.Contains($"window=\"{window}\"", StringComparison.Ordinal));
            Assert.True(Cases.Any(test => asks(test.Expression) && test.Value > 0), $"No case in monitoring/prometheus/tests makes {name} {window} fire.");
            // The heartbeat always fires: that is what it is for.
            Assert.True(name == "Watchdog" || Cases.Any(test => asks(test.Expression) && test.Value == 0), $"No case in monitoring/prometheus/tests has {name} {window} silent.");
        }
    }

    /// <summary>The rules of the two documents that the system was asked for, each with the number it names.</summary>
    [Theory]
    [InlineData("HighInferenceTime", "severity=\"warning\"")]
    [InlineData("CriticalInferenceTime", "severity=\"critical\"")]
    [InlineData("HighErrorRate", "> 0.10")]
    [InlineData("CriticalErrorRate", "> 0.20")]
    [InlineData("ModelNotLoaded", "== 0")]
    [InlineData("HighCPUUsage", "> 80")]
    [InlineData("HighMemoryUsage", "> 85")]
    [InlineData("CriticalMemoryUsage", "> 95")]
    [InlineData("NoRequestsToModel", "[10m]")]
    [InlineData("APIDown", "up{")]
    [InlineData("ApiHighErrorRate", "> 0.05")]
    [InlineData("ApiCriticalErrorRate", "> 0.10")]
    [InlineData("ApiHighLatency", "> 0.1")]
    [InlineData("ApiNoRequests", "== 0")]
    [InlineData("ApiHighRequestRate", "> 100")]
    [InlineData("ModelLoadFailures", "outcome=\"failed\"")]
    [InlineData("SlowInference", "p95_5m")]
    [InlineData("ApiHighMemoryUsage", "0.9 *")]
    [InlineData("ContainerRestarting", "changes(process_start_time_seconds")]
    [InlineData("ContainerDown", "absent(")]
    [InlineData("PrometheusTargetDown", "up == 0")]
    public void Alert_OfTheReferenceDocuments_IsThere(string name, string threshold) => Assert.Contains(threshold, Named(name).Single().Expression, StringComparison.Ordinal);

    private static IReadOnlyList<(string Expression, double Value)> Cases { get; } =
    [
        .. from file in Directory.EnumerateFiles(Path.Combine(MonitoringFiles.PrometheusFolder, "tests"), "*.test.yml")
           from test in MonitoringFiles.ReadYaml<TestFile>(file).Tests
           from question in test.Questions
           select (question.Expression, question.Samples.Single().Value),
    ];

    private static IEnumerable<AlertRule> Named(string name) => MonitoringFiles.Alerts.Where(alert => alert.Alert == name);

    [GeneratedRegex("^#### ([A-Za-z]+)\n(.*?)(?=^#|\\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Entry();

    private sealed class TestFile
    {
        [YamlMember(Alias = "tests")]
        public List<TestCase> Tests { get; init; } = [];
    }

    private sealed class TestCase
    {
        [YamlMember(Alias = "promql_expr_test")]
        public List<Question> Questions { get; init; } = [];
    }

    private sealed class Question
    {
        [YamlMember(Alias = "expr")]
        public string Expression { get; init; } = "";

        [YamlMember(Alias = "exp_samples")]
        public List<Sample> Samples { get; init; } = [];
    }

    private sealed class Sample
    {
        [YamlMember(Alias = "value")]
        public double Value { get; init; }
    }
}
