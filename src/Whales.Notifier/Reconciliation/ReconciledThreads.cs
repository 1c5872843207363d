using Whales.Notifier.Alerts;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Reconciliation;

/// <summary>Groups that were told from Alertmanager's list, until a webhook says what Alertmanager calls them.</summary>
internal static class ReconciledThreads
{
    public const string KeyPrefix = "reconciled/";

    /// <summary>The chat's open message of some of these alerts that came from the list, from now on under the webhook's key; null when there is none.</summary>
    public static CardThread? Adopt(StoreSession session, string chat, AlertmanagerPayload payload)
    {
        var starts = payload.Alerts.GroupBy(alert => alert.Fingerprint, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First().StartsAt);
        var found = ThreadTable.OpenOfChat(session, chat).FirstOrDefault(thread =>
            thread.Key.StartsWith(KeyPrefix, StringComparison.Ordinal) && thread.Doc.Group!.Alerts.Any(alert => starts.ContainsKey(alert.Fingerprint)));
        if (found is null)
            return null;
        var adopted = found with { Key = payload.GroupKey, Doc = found.Doc with { Group = Aligned(found.Doc.Group), Shown = Aligned(found.Doc.Shown) } };
        ThreadTable.Update(session, adopted);
        return adopted;

        // The list has times in milliseconds only: by the webhook's they would look like other alerts.
        AlertmanagerPayload? Aligned(AlertmanagerPayload? group) => group is null ? null : group with
        {
            Alerts = [.. group.Alerts.Select(alert => starts.TryGetValue(alert.Fingerprint, out var start) && (start - alert.StartsAt).Duration() < TimeSpan.FromMilliseconds(1)
                ? alert with { StartsAt = start }
                : alert)],
        };
    }

    /// <summary>Alerts that the chat has no open message of.</summary>
    public static List<Alert> Untold(StoreSession session, string chat, IReadOnlyList<Alert> alerts)
    {
        var open = ThreadTable.OpenOfChat(session, chat).Select(thread => thread.Doc.Group).OfType<AlertmanagerPayload>().ToList();
        var told = open.SelectMany(group => group.Alerts).Select(alert => alert.Fingerprint).ToHashSet(StringComparer.Ordinal);
        // Of a group that was cut off, nobody knows which alerts are meant by "and N more".
        var cut = open.Where(group => group.TruncatedAlerts > 0).SelectMany(group => group.Alerts).Select(alert => alert.Name).ToHashSet(StringComparer.Ordinal);
        return [.. alerts.Where(alert => !told.Contains(alert.Fingerprint) && !cut.Contains(alert.Name))];
    }
}
