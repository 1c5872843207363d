using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;
using Whales.Notifier.Silences;

namespace Whales.Notifier.Tests.Messages;

/// <summary>Renderers and groups that tests begin with.</summary>
internal static class Rendering
{
    public static DateTimeOffset Now { get; } = new(2026, 11, 22, 4, 15, 0, TimeSpan.Zero);

    public static Reader Russian { get; } = new(Language.Russian, TimeZoneInfo.Utc);

    public static MessageRenderer Renderer(DateTimeOffset? now = null, Uri? grafana = null, int maxAlerts = 10, Wording? wording = null) =>
        new(wording ?? new Wording(), Options.Create(new MessageOptions { GrafanaUrl = grafana, MaxAlerts = maxAlerts }), Options.Create(new AlertmanagerOptions { Url = new Uri("http://a:9093") }), new FixedTime(now ?? Now));

    /// <summary>The text that a reader sees; fails when the markup is none.</summary>
    public static string Text(Notice notice, Reader? reader = null, DateTimeOffset? now = null, Uri? grafana = null) =>
        TelegramHtml.Parse(Renderer(now, grafana).Render(notice, reader ?? Reader.Default).Parts.Single().Html).Text;

    public static string FirstLine(Notice notice, Reader? reader = null, DateTimeOffset? now = null) => Text(notice, reader, now).Split('\n')[0];

    public static Alert Alert(string name = "CriticalInferenceTime", string severity = "critical", string model = "resnet101", string? summary = "resnet101: inference takes 19.2s",
        DateTimeOffset? ended = null, DateTimeOffset? started = null, string? instance = null)
    {
        var labels = new Dictionary<string, string> { ["alertname"] = name, ["severity"] = severity, ["component"] = "worker" };
        if (model.Length > 0)
            labels["model"] = model;
        if (instance is not null)
            labels["instance"] = instance;
        var annotations = new Dictionary<string, string>
        {
            ["description"] = "Mean inference time over the last 5 minutes is above its threshold.",
            ["runbook_url"] = "https://whales.example/runbooks#criticalinferencetime",
            ["dashboard"] = "whales-models",
        };
        if (summary is not null)
            annotations["summary"] = summary;
        return new Alert
        {
            Status = ended is null ? AlertStatus.Firing : AlertStatus.Resolved,
            Labels = labels,
            Annotations = annotations,
            StartsAt = started ?? new DateTimeOffset(2026, 11, 22, 2, 1, 0, TimeSpan.Zero),
            EndsAt = ended,
            GeneratorUrl = "http://prometheus:9090/graph?g0.expr=x&g0.tab=1",
            Fingerprint = string.Join('|', labels.Values),
        };
    }

    public static AlertmanagerPayload Group(params IReadOnlyList<Alert> alerts) => new()
    {
        GroupKey = "{}:{alertname=\"x\"}",
        Status = alerts.Any(alert => alert.Status == AlertStatus.Firing) ? AlertStatus.Firing : AlertStatus.Resolved,
        Alerts = alerts,
        ExternalUrl = "http://alertmanager.example:9093",
        GroupLabels = new Dictionary<string, string> { ["alertname"] = alerts[0].Name },
    };

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
