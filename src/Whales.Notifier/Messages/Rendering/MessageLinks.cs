using System.Globalization;
using System.Text;
using Whales.Notifier.Alerts;

namespace Whales.Notifier.Messages.Rendering;

/// <summary>Addresses that a message leads to. Null where there is none; whoever writes a link checks that it is one.</summary>
internal sealed class MessageLinks(MessageOptions options)
{
    private static readonly TimeSpan Before = TimeSpan.FromHours(1);
    private static readonly TimeSpan After = TimeSpan.FromMinutes(30);

    public static string? Runbook(Alert alert) => alert.Annotations.GetValueOrDefault(AlertLabels.RunbookUrl);

    /// <summary>The dashboard at the time of the alert, from an hour before its start.</summary>
    public string? Dashboard(Alert alert)
    {
        var dashboard = alert.Annotations.GetValueOrDefault(AlertLabels.Dashboard, "").Trim();
        if (dashboard.Length == 0 || dashboard.StartsWith("http", StringComparison.OrdinalIgnoreCase))
            return dashboard.Length == 0 ? null : dashboard;
        if (options.GrafanaUrl is not { } grafana)
            return null;
        var model = alert.Labels.GetValueOrDefault(AlertLabels.Model, "");
        var to = alert.EndsAt is { } end ? Milliseconds(end, After) : "now";
        return $"{Base(grafana.ToString())}/d/{Escaped(dashboard)}?from={Milliseconds(alert.StartsAt, -Before)}&to={to}" +
            (model.Length > 0 ? $"&var-model={Escaped(model)}" : "");
    }

    /// <summary>The expression in Prometheus.</summary>
    public string? Query(Alert alert)
    {
        if (options.PrometheusUrl is not { } prometheus || !Uri.TryCreate(alert.GeneratorUrl, UriKind.Absolute, out var own))
            return alert.GeneratorUrl;
        return Base(prometheus.ToString()) + own.PathAndQuery + own.Fragment;
    }

    /// <summary>Alertmanager's form, filled in with the labels that the group shares.</summary>
    public string? SilenceForm(AlertGroupView view) => Alertmanager(view.Group, "/#/silences/new?filter=", view.CommonLabels);

    /// <summary>The group in Alertmanager's list.</summary>
    public string? AllAlerts(AlertmanagerPayload group) => Alertmanager(group, "/#/alerts?filter=", group.GroupLabels);

    private string? Alertmanager(AlertmanagerPayload group, string page, IEnumerable<KeyValuePair<string, string>> labels)
    {
        var address = options.AlertmanagerUrl?.ToString() ?? group.ExternalUrl;
        if (address.Length == 0)
            return null;
        var filter = string.Join(",", labels.Select(label => $"{label.Key}=\"{label.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
        return Base(address) + page + Escaped("{" + filter + "}");
    }

    private static string Base(string address) => address.TrimEnd('/');

    private static string Milliseconds(DateTimeOffset time, TimeSpan shift)
    {
        var shifted = Math.Clamp(time.UtcTicks + shift.Ticks, DateTimeOffset.UnixEpoch.Ticks, DateTimeOffset.MaxValue.Ticks);
        return new DateTimeOffset(shifted, TimeSpan.Zero).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Also of text that holds half a surrogate pair.</summary>
    private static string Escaped(string text) => Uri.EscapeDataString(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
}
