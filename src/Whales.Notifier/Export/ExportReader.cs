using Whales.Notifier.Storage;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Export;

/// <summary>Reads from the store what was going on in a time.</summary>
internal static class ExportReader
{
    public static IEnumerable<ExportedEvent> Read(StoreSession session, DateTimeOffset from, DateTimeOffset to) =>
        Threads(session, from, to).Concat(Notices(session, from, to)).OrderBy(told => told.OpenedAt).ThenBy(told => told.Chat, StringComparer.Ordinal);

    private static IEnumerable<ExportedEvent> Threads(StoreSession session, DateTimeOffset from, DateTimeOffset to)
    {
        foreach (var thread in ThreadTable.Between(session, from, to))
        {
            var card = CardTable.Find(session, thread.Card);
            yield return new ExportedEvent
            {
                What = thread.Doc.Failures is null ? "alerts" : "failures",
                Chat = thread.Chat,
                Severity = Words.Of(thread.Severity),
                OpenedAt = thread.OpenedAt,
                ChangedAt = thread.ChangedAt,
                ClosedAt = thread.ClosedAt,
                SentAt = card?.SentAt,
                MessageId = card?.MessageId,
                GroupKey = thread.Doc.Group?.GroupKey,
                Alerts = thread.Doc.Group is { } group ? [.. group.Alerts.Select(ExportedAlert.Of)] : null,
                MoreAlerts = thread.Doc.Group is { TruncatedAlerts: > 0 and var more } ? more : null,
                Failures = thread.Doc.Failures,
                Acknowledged = card?.State.Acknowledged,
                Silenced = card?.State.Silence,
                Flapping = card?.State.Flapping,
                Escalation = thread.Doc.Escalation,
            };
        }
    }

    private static IEnumerable<ExportedEvent> Notices(StoreSession session, DateTimeOffset from, DateTimeOffset to) => CardTable.NoticesBetween(session, from, to).Select(card => new ExportedEvent
    {
        What = "notice",
        Chat = card.Chat,
        Severity = Words.Of(card.Severity),
        OpenedAt = card.CreatedAt,
        ClosedAt = card.ClosedAt,
        SentAt = card.SentAt,
        MessageId = card.MessageId,
        Notice = card.Notice,
    });
}
