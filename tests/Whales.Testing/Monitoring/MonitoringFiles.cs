using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

namespace Whales.Testing.Monitoring;

/// <summary>What lies in monitoring/.</summary>
public static class MonitoringFiles
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "monitoring");

    public static string PrometheusFolder { get; } = Path.Combine(Folder, "prometheus");

    public static string AlertmanagerFile { get; } = Path.Combine(Folder, "alertmanager", "alertmanager.yml");

    public static IReadOnlyList<AlertRule> Rules { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(PrometheusFolder, "rules"), "*.yml").Order(StringComparer.Ordinal).SelectMany(ReadRules)];

    public static IEnumerable<AlertRule> Alerts => Rules.Where(rule => rule.Alert is not null);

    public static IReadOnlyDictionary<string, JsonElement> Dashboards { get; } = Directory.EnumerateFiles(Path.Combine(Folder, "grafana", "dashboards"), "*.json")
        .Order(StringComparer.Ordinal)
        .ToDictionary(file => Path.GetFileName(file), file => JsonDocument.Parse(File.ReadAllText(file)).RootElement);

    public static IReadOnlyList<PanelQuery> PanelQueries { get; } =
    [
        .. from dashboard in Dashboards.Values
           from panel in dashboard.GetProperty("panels").EnumerateArray()
           from target in panel.GetProperty("targets").EnumerateArray()
           select new PanelQuery(Text(dashboard, "uid"), Text(panel, "title"), Text(target, "expr")),
    ];

    /// <summary>A YAML file as maps (of string), lists and strings.</summary>
    public static T ReadYaml<T>(string file)
    {
        // Merging parser: the files share texts with anchors.
        var parser = new MergingParser(new Parser(new StringReader(File.ReadAllText(file))));
        parser.Consume<StreamStart>();
        return new DeserializerBuilder().IgnoreUnmatchedProperties().Build().Deserialize<T>(parser);
    }

    /// <summary>All scalars of a YAML file, such as addresses and receivers.</summary>
    public static IReadOnlyList<string> Scalars(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(file)));
        return [.. stream.Documents.SelectMany(document => document.AllNodes).OfType<YamlScalarNode>().Select(node => node.Value ?? "")];
    }

    private static IEnumerable<AlertRule> ReadRules(string file) =>
        from ruleGroup in ReadYaml<RuleFile>(file).Groups
        from rule in ruleGroup.Rules
        select new AlertRule
        {
            File = Path.GetFileName(file),
            Alert = rule.Alert,
            Record = rule.Record,
            Expression = rule.Expr,
            Labels = rule.Labels,
            Annotations = rule.Annotations,
        };

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString() ?? "";

    private sealed class RuleFile
    {
        [YamlMember(Alias = "groups")]
        public List<RuleGroup> Groups { get; init; } = [];
    }

    private sealed class RuleGroup
    {
        [YamlMember(Alias = "rules")]
        public List<RuleEntry> Rules { get; init; } = [];
    }

    private sealed class RuleEntry
    {
        [YamlMember(Alias = "alert")]
        public string? Alert { get; init; }

        [YamlMember(Alias = "record")]
        public string? Record { get; init; }

        [YamlMember(Alias = "expr")]
        public string Expr { get; init; } = "";

        [YamlMember(Alias = "labels")]
        public Dictionary<string, string> Labels { get; init; } = [];

        [YamlMember(Alias = "annotations")]
        public Dictionary<string, string> Annotations { get; init; } = [];
    }
}
