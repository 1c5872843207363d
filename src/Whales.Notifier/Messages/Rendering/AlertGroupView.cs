using Whales.Notifier.Alerts;

namespace Whales.Notifier.Messages.Rendering;

/// <summary>What a message says about a group: who fires and who is over, worst and oldest first.</summary>
internal sealed class AlertGroupView
{
    private readonly AlertmanagerPayload _group;
    private readonly HashSet<string> _common;

    public AlertGroupView(AlertmanagerPayload group, AlertmanagerPayload? previously = null)
    {
        _group = group;
        var present = group.Alerts.Select(alert => alert.Fingerprint).ToHashSet(StringComparer.Ordinal);
        // Alertmanager tells an end once; an alert that fired in the last message and is missing now ended in between.
        var gone = (previously?.Alerts ?? []).Where(alert => alert.Status == AlertStatus.Firing && !present.Contains(alert.Fingerprint));
        Alerts =
        [
            .. group.Alerts.Concat(gone.Select(alert => alert with { Status = AlertStatus.Resolved }))
                .OrderBy(alert => alert.Status).ThenBy(Severities.Of).ThenBy(alert => alert.StartsAt).ThenBy(alert => alert.Fingerprint, StringComparer.Ordinal),
        ];
        Firing = Alerts.Count(alert => alert.Status == AlertStatus.Firing);
        // Once: a group may have hundreds of alerts, and a message is written several times until it fits.
        _common = First.Labels.Where(label => Alerts.All(other => other.Labels.TryGetValue(label.Key, out var value) && value == label.Value))
            .Select(label => label.Key).ToHashSet(StringComparer.Ordinal);
        Severity = IsOver ? Alerts.Select(Severities.Of).DefaultIfEmpty(Severity.Warning).Min() : Alerts.Take(Firing).Min(Severities.Of);
    }

    public IReadOnlyList<Alert> Alerts { get; }

    public int Firing { get; }

    public int Over => Alerts.Count - Firing;

    public bool IsOver => Firing == 0;

    public Severity Severity { get; }

    /// <summary>Alerts that Alertmanager left out of the body.</summary>
    public int Truncated => _group.TruncatedAlerts;

    /// <summary>The one that the headline and the links speak of.</summary>
    public Alert First => Alerts[0];

    public AlertmanagerPayload Group => _group;

    /// <summary>The oldest start of those that fire, or of all when none does.</summary>
    public DateTimeOffset Since => Alerts.Take(IsOver ? Alerts.Count : Firing).Min(alert => alert.StartsAt);

    /// <summary>When the last one ended, where that is known.</summary>
    public DateTimeOffset? EndedAt => IsOver ? Alerts.Max(alert => alert.EndsAt) : null;

    public IReadOnlyList<string> Names => [.. Alerts.Select(alert => alert.Name).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal)];

    /// <summary>Model, queue or instance when all share it; else empty.</summary>
    public string Place => Alerts.Select(AlertPlaces.Of).Distinct(StringComparer.Ordinal).Take(2).ToList() is [var only] ? only : "";

    /// <summary>The labels that tell this alert from its neighbours; all of them when it is alone.</summary>
    public IEnumerable<KeyValuePair<string, string>> OwnLabels(Alert alert) =>
        alert.Labels.Where(label => Alerts.Count == 1 || !_common.Contains(label.Key)).OrderBy(label => label.Key, StringComparer.Ordinal);

    /// <summary>The labels that all share.</summary>
    public IEnumerable<KeyValuePair<string, string>> CommonLabels =>
        First.Labels.Where(label => _common.Contains(label.Key)).OrderBy(label => label.Key, StringComparer.Ordinal);
}
