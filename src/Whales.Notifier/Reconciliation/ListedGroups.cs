using Whales.Notifier.Alerts;
using Whales.Notifier.Heartbeat;
using Whales.Notifier.Silences;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Reconciliation;

/// <summary>What Alertmanager lists, as the webhooks would tell it.</summary>
internal static class ListedGroups
{
    // Not info, whose hours Alertmanager keeps without saying so in its list, and not the heartbeat.
    private static readonly string[] Routes = [WebhookRoute.Default, WebhookRoute.Critical, WebhookRoute.Warning];

    /// <summary>Null: what goes to that receiver is not for the notifier to tell.</summary>
    public static string? RouteOf(string receiver, ReconciliationOptions options)
    {
        if (options.Receivers.TryGetValue(receiver, out var route))
            return route == ReconciliationOptions.NotOurs ? null : route.ToLowerInvariant();
        return Routes.FirstOrDefault(known => receiver == known || receiver == "telegram-" + known);
    }

    /// <summary>Alerts of the group that fire since then or longer, and that nobody silenced and no other alert explains.</summary>
    public static AlertmanagerPayload? Firing(ListedGroup group, DateTimeOffset since, string externalUrl)
    {
        var alerts = group.Alerts.Where(alert => alert.Status.State == "active" && alert.StartsAt <= since).Select(alert => alert.ToAlert())
            .Where(alert => alert.Name != HeartbeatMonitor.AlertName).ToList();
        return alerts.Count == 0 ? null : new AlertmanagerPayload
        {
            GroupKey = KeyOf(group),
            Status = AlertStatus.Firing,
            Receiver = group.Receiver.Name,
            GroupLabels = group.Labels,
            ExternalUrl = externalUrl,
            Alerts = alerts,
        };
    }

    /// <summary>Ours: Alertmanager does not list its own.</summary>
    private static string KeyOf(ListedGroup group) =>
        $"{ReconciledThreads.KeyPrefix}{group.Receiver.Name}/{string.Join(",", group.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))}";
}
