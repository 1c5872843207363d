namespace Whales.Notifier.Alerts;

/// <summary>Where an alert is: the one label that tells people most.</summary>
internal static class AlertPlaces
{
    private static readonly string[] Labels = [AlertLabels.Model, AlertLabels.Queue, AlertLabels.Instance, "integration", "job", AlertLabels.Component];

    /// <summary>Model, queue, instance, job or component, whichever comes first; empty when the alert has none.</summary>
    public static string Of(Alert alert) => Of(alert.Labels);

    public static string Of(IReadOnlyDictionary<string, string> labels) =>
        Labels.Select(label => labels.GetValueOrDefault(label, "")).FirstOrDefault(value => value.Length > 0) ?? "";
}
