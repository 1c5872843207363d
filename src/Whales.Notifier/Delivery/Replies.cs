using Whales.Notifier.Alerts;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Delivery;

/// <summary>An edit makes no sound: what somebody waits for in a critical group is said again in a line, when the edit stands.</summary>
internal sealed class Replies(Cards cards)
{
    /// <param name="session">The transaction in which the edit is noted.</param>
    /// <param name="card">The card that was edited.</param>
    /// <param name="threads">What it tells of, with what it showed before.</param>
    public void Tell(StoreSession session, Card card, IReadOnlyList<CardThread> threads)
    {
        foreach (var thread in threads)
        {
            if (thread is { Severity: Severity.Critical, Doc: { Group: { } group, Shown: { } shown } } && KindOf(group, shown) is { } kind)
                cards.ForNotice(session, card.Chat, new AlertReply { Group = group, Kind = kind, State = card.State }, Severity.Critical, card);
        }
    }

    private static AlertReplyKind? KindOf(AlertmanagerPayload group, AlertmanagerPayload shown)
    {
        if (group.Status == AlertStatus.Resolved)
            return shown.Status == AlertStatus.Firing ? AlertReplyKind.Resolved : null;
        var known = shown.Alerts.Where(alert => alert.Status == AlertStatus.Firing).Select(alert => (alert.Fingerprint, alert.StartsAt)).ToHashSet();
        return group.Alerts.Any(alert => alert.Status == AlertStatus.Firing && !known.Contains((alert.Fingerprint, alert.StartsAt))) ? AlertReplyKind.Worse : null;
    }
}
