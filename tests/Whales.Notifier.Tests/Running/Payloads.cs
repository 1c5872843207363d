using System.Text.Json;

namespace Whales.Notifier.Tests.Running;

/// <summary>Webhook bodies as Alertmanager 0.25 sends them.</summary>
public static class Payloads
{
    public static string Firing(string name = "HighErrorRate", string severity = "warning", string model = "resnet101", string startsAt = "2026-11-22T07:00:00Z", int alerts = 1, string? group = null) =>
        Body("firing", name, severity, model, startsAt, "0001-01-01T00:00:00Z", alerts, group);

    public static string Resolved(
        string name = "HighErrorRate", string severity = "warning", string model = "resnet101", string startsAt = "2026-11-22T07:00:00Z", string endsAt = "2026-11-22T07:12:00Z", int alerts = 1,
        string? group = null) => Body("resolved", name, severity, model, startsAt, endsAt, alerts, group);

    private static string Body(string status, string name, string severity, string model, string startsAt, string endsAt, int alerts, string? group)
    {
        var labels = new Dictionary<string, string> { ["alertname"] = name, ["severity"] = severity, ["model"] = model, ["component"] = "worker" };
        return JsonSerializer.Serialize(new
        {
            version = "4",
            groupKey = group ?? $"{{}}:{{alertname=\"{name}\", model=\"{model}\"}}",
            truncatedAlerts = 0,
            status,
            receiver = "telegram",
            groupLabels = new { alertname = name },
            commonLabels = labels,
            commonAnnotations = new { summary = $"{name} of {model} is 0.3" },
            externalURL = "http://alertmanager.example:9093",
            alerts = Enumerable.Range(0, alerts).Select(i => new
            {
                status,
                labels = new Dictionary<string, string>(labels) { ["instance"] = $"worker-{i}" },
                annotations = new { summary = $"{name} of {model} is 0.3", description = "More than a tenth of the photos fail.", runbook_url = "https://example.org/runbook#x" },
                startsAt,
                endsAt,
                generatorURL = "http://prometheus.example:9090/graph?g0.expr=up",
                fingerprint = $"{name}-{model}-{i}",
            }),
        });
    }
}
