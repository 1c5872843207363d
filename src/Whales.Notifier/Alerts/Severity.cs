using System.Text.Json.Serialization;

namespace Whales.Notifier.Alerts;

/// <summary>How bad it is, worst first. <see cref="None"/> is the heartbeat.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
internal enum Severity
{
    [JsonStringEnumMemberName("critical")] Critical,
    [JsonStringEnumMemberName("warning")] Warning,
    [JsonStringEnumMemberName("info")] Info,
    [JsonStringEnumMemberName("none")] None,
}

internal static class Severities
{
    /// <summary>What the label says; a severity that nobody knows counts as a warning, so that somebody looks.</summary>
    public static Severity Of(Alert alert) => alert.Labels.GetValueOrDefault(AlertLabels.Severity) switch
    {
        "critical" or "page" or "error" => Severity.Critical,
        "info" => Severity.Info,
        "none" => Severity.None,
        _ => Severity.Warning,
    };

    /// <summary>The worst of those that fire, or of all when none does.</summary>
    public static Severity Of(AlertmanagerPayload group)
    {
        var firing = group.Alerts.Where(alert => alert.Status == AlertStatus.Firing).Select(Of).ToList();
        return firing.Count > 0 ? firing.Min() : group.Alerts.Select(Of).DefaultIfEmpty(Severity.Warning).Min();
    }
}
